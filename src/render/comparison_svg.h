#pragma once

#include <string>

#include "limn/comparison.h"

namespace limn {

/// The picture of one input. @throws Error if it has no cells
std::string to_svg(const ComparisonAxes& axes, const ComparedInput& input);

}  // namespace limn
