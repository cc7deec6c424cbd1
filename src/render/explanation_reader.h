#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>

#include "limn/explanation.h"

namespace limn {

/// What a run over rows saved beside an explanation.
struct SavedRow {
  std::optional<std::size_t> number;          ///< of the row, from 0; nothing if it was no run over rows
  std::map<std::string, std::string> fields;  ///< that were copied: strings, and other values as JSON
  std::string copied;                         ///< the same in their order, as members of a JSON object without braces
};

/// Takes an explanation and its row.
using TakeExplanation = std::function<void(Explanation, const SavedRow& row)>;

/// Reads the output of `limn explain` and to_json: explanations as consecutive JSON objects (one per line, or
/// indented), and passes each to `take`. Rows that are errors are skipped. Fields that the JSON lacks (the raw score of
/// an answer) keep their defaults.
/// @param name of the stream, for messages. @return the number of rows that were errors.
/// @throws Error if the stream contains anything else.
std::size_t read_explanations(std::istream& stream, const std::string& name, const TakeExplanation& take);

}  // namespace limn
