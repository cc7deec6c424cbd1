#pragma once

#include <cstddef>
#include <span>

#include "math/mat.h"

namespace limn {

/// y_i = Σ_k x[i + k − ⌊K/2⌋] w_kᵀ + b within each sequence, with zero padding.
/// x, y (N, C); w (K · C, C): one matrix (out, in) per tap; b (C); row_begin as in attention.h. K is odd.
void convolution(ConstView x, std::span<const std::size_t> row_begin, ConstView w, std::span<const float> b, View y);

/// Computes dx from dy.
void convolution_vjp(ConstView dy, std::span<const std::size_t> row_begin, ConstView w, View dx);

}  // namespace limn
