#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

#include "limn/explanation.h"

namespace limn {

/// Reads what `limn explain` and write_json wrote: explanations as JSON objects, one after the other (a line each or
/// indented), and gives each to `take`. Rows that are errors are passed over. What JSON does not hold (the raw score of
/// an answer) stays at its default.
/// @param name of the stream, for messages. @return how many rows were errors.
/// @throws Error if the stream holds something else.
std::size_t read_explanations(std::istream& stream, const std::string& name,
                              const std::function<void(Explanation)>& take);

}  // namespace limn
