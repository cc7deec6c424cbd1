#pragma once

#include <functional>
#include <span>

#include "math/mat.h"

namespace limn {

/// y = x wᵀ + b (+ y if accumulate), in tiles that threads share.
/// x (N, in), w (out, in), b (out) or empty, y (N, out). `finish`, if there, is called with each finished tile of y and
/// the tile's first row and column while the tile is still in the cache.
void linear(ConstView x, ConstView w, std::span<const float> b, View y, bool accumulate = false,
            const std::function<void(View tile, std::size_t row, std::size_t column)>& finish = {});

/// dx = dy w (+ dx if accumulate): the vjp of y = x wᵀ + b needs the weights only. dy (N, out), dx (N, in).
void linear_vjp(ConstView dy, ConstView w, View dx, bool accumulate = false);

}  // namespace limn
