#pragma once

#include <cstddef>
#include <string>

#include "render/explanation_reader.h"

namespace limn::cli {

/// Calls read_explanations() for a file. @param file "-" is standard input. @return the number of rows that are errors.
/// @throws Error if the file cannot be read, or contains something other than explanations.
std::size_t read_explanation_file(const std::string& file, const TakeExplanation& take);

}  // namespace limn::cli
