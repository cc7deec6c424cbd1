#pragma once

#include <span>
#include <vector>

#include "math/mat.h"

namespace limn {

/// What the backward pass of a norm needs.
struct NormTrace {
  Mat x_hat;                             // (N, C)
  std::vector<float> inverse_deviation;  // (N)
};

/// Layer norm of every row of x (N, C), in place: x = x̂ ∘ w + b, x̂ = (x − mean) / √(variance + epsilon). w, b (C); b
/// may be empty.
void norm(View x, std::span<const float> w, std::span<const float> b, float epsilon, NormTrace* trace = nullptr);

/// Computes dx in place from ∂F/∂(the norm's result).
void norm_vjp(View dx, std::span<const float> w, const NormTrace& trace);

/// The trace of the rows of x with the indices `rows`, in this order.
void gather(const NormTrace& trace, std::span<const std::size_t> rows, NormTrace& result);

}  // namespace limn
