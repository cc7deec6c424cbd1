#pragma once

#include <string>

#include "render/comparison.h"

namespace limn {

/// Returns one line per cell of an input, or one line with its error; without correlations. @param header whether to
/// begin with the header line.
std::string to_csv(const ComparisonAxes& axes, const ComparedInput& input, bool header);

}  // namespace limn
