#pragma once

#include <string>

#include "render/comparison.h"

namespace limn {

/// A line for each cell of an input, or one with its error; without correlations. @param header the line of names
/// first.
std::string to_csv(const ComparisonAxes& axes, const ComparedInput& input, bool header);

}  // namespace limn
