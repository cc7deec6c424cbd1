#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "limn/explanation.h"

namespace limn {

/// Takes an explanation and, if it was saved by a run over rows, the number of its row.
using TakeExplanation = std::function<void(Explanation, std::optional<std::size_t> row)>;

/// Reads the output of `limn explain` and to_json: explanations as consecutive JSON objects (one per line, or
/// indented), and passes each to `take`. Rows that are errors are skipped. Fields that the JSON lacks (the raw score of
/// an answer) keep their defaults.
/// @param name of the stream, for messages. @return the number of rows that were errors.
/// @throws Error if the stream contains anything else.
std::size_t read_explanations(std::istream& stream, const std::string& name, const TakeExplanation& take);

}  // namespace limn
