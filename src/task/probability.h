#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "math/mat.h"

/// Probabilities from logits, in double precision and without overflow.

namespace limn {

/// Returns the index of the largest element of a row; the first of equals, as NumPy's argmax. @param values (1, n),
/// n > 0.
inline std::size_t argmax(ConstView values) {
  const auto row = values.row_span(0);
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

/// log Σ exp over all elements. @param values not empty.
inline double log_sum_exp(std::span<const double> values) {
  const double largest = std::ranges::max(values);
  double sum = 0;
  for (const double value : values) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

inline double log_sum_exp(ConstView values) {
  std::vector<double> all;
  for (std::size_t i = 0; i < values.rows; ++i)
    all.insert(all.end(), values.row_span(i).begin(), values.row_span(i).end());
  return log_sum_exp(all);
}

inline double log_sigmoid(double logit) { return std::min(logit, 0.0) - std::log1p(std::exp(-std::abs(logit))); }

inline double sigmoid(double logit) { return std::exp(log_sigmoid(logit)); }

}  // namespace limn
