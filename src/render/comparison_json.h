#pragma once

#include <string>

#include "render/comparison.h"

namespace limn {

/// One input of a comparison as docs/interface.md describes it, on one line.
std::string to_json(const ComparisonAxes& axes, const ComparedInput& input);

}  // namespace limn
