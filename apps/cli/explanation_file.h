#pragma once

#include <cstddef>
#include <string>

#include "limn/options.h"
#include "render/explanation_reader.h"

namespace limn::cli {

/// Calls read_explanations() for a file. @param file "-" is standard input. @return the number of rows that are errors.
/// @throws Error if the file cannot be read, or contains something other than explanations.
std::size_t read_explanation_file(const std::string& file, const TakeExplanation& take);

/// Returns the method as it was run. @pre the explanation records it (MethodInfo::method)
ChosenMethod method_of(const MethodInfo& info);

}  // namespace limn::cli
