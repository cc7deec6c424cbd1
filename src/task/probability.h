#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

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
inline double log_sum_exp(ConstView values) {
  double largest = values(0, 0), sum = 0;
  for (std::size_t i = 0; i < values.rows; ++i)
    for (const float value : values.row_span(i)) largest = std::max(largest, double{value});
  for (std::size_t i = 0; i < values.rows; ++i)
    for (const float value : values.row_span(i)) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

inline double log_sigmoid(double logit) { return std::min(logit, 0.0) - std::log1p(std::exp(-std::abs(logit))); }

inline double sigmoid(double logit) { return std::exp(log_sigmoid(logit)); }

}  // namespace limn
