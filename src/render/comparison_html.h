#pragma once

#include <span>
#include <string>

#include "render/comparison.h"

namespace limn {

/// A comparison as one self-contained HTML file: a column for each model, for each input a row for each method; no
/// network, everything escaped, light and dark.
std::string to_html(const ComparisonAxes& axes, std::span<const ComparedInput> inputs);

}  // namespace limn
