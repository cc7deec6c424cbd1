#pragma once

#include <span>
#include <vector>

#include "limn/options.h"
#include "math/mat.h"

namespace limn {

/// One score a row of x (N, C): Σ x_c, Σ |x_c|, √Σ x_c², or Σ |x_c| ÷ C; its absolute value if asked.
/// For Reduce::onehot_l2 give rows from OneHotNorm::apply.
std::vector<double> reduce(ConstView x, Reduce how, bool absolute = false);

/// Scales scores in place: divided by Σ|s|, √Σs² or max|s|, or moved to 0 … 1. All-zero scores stay as they are.
void normalize(std::span<double> scores, Normalize how);

}  // namespace limn
