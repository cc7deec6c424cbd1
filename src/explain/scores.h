#pragma once

#include <span>
#include <vector>

#include "limn/options.h"
#include "math/mat.h"

namespace limn {

/// Returns one score per row of x (N, C): Σ x_c, Σ |x_c|, √Σ x_c², or Σ |x_c| ÷ C; optionally its absolute value.
/// For Reduce::onehot_l2, x must come from OneHotNorm::apply.
std::vector<double> reduce(ConstView x, Reduce how, bool absolute = false);

/// Normalises scores in place: divides by Σ|s|, √Σs² or max|s|, or maps them to 0 … 1. All-zero scores are unchanged.
/// @return the number by which differences of scores were divided
double normalize(std::span<double> scores, Normalize how);

}  // namespace limn
