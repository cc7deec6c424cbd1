#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "limn/explanation.h"

namespace limn::cli {

/// Reads what `limn explain` and write_json wrote: explanations as JSON objects, one after the other (a line each or
/// indented), and gives each to `take`. Rows that are errors are passed over. What JSON does not hold (the raw score of
/// an answer) stays at its default.
/// @param file "-" is standard input. @return how many rows were errors.
/// @throws Error if the file cannot be read, or holds something else.
std::size_t read_explanations(const std::string& file, const std::function<void(Explanation)>& take);

}  // namespace limn::cli
