#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "limn/explanation.h"

namespace limn::cli {

/// read_explanations() of a file. @param file "-" is standard input. @return how many rows were errors.
/// @throws Error if the file cannot be read, or holds something else.
std::size_t read_explanation_file(const std::string& file, const std::function<void(Explanation)>& take);

}  // namespace limn::cli
