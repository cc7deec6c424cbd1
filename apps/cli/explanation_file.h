#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "limn/explanation.h"

namespace limn::cli {

/// Calls read_explanations() for a file. @param file "-" is standard input. @return the number of rows that are errors.
/// @throws Error if the file cannot be read, or contains something other than explanations.
std::size_t read_explanation_file(const std::string& file, const std::function<void(Explanation)>& take);

}  // namespace limn::cli
