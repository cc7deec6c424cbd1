#pragma once

#include <cstddef>
#include <span>

#include "math/activation.h"
#include "math/kernels.h"
#include "math/mat.h"

namespace limn {

/// The matrix (out, in) of a linear layer, in whatever form its products want: today a view of the mapped file, which
/// must live longer. A kernel that wants another layout packs it here, once.
class Weight {
 public:
  Weight() = default;
  Weight(ConstView matrix) : matrix_(matrix) {}

  std::size_t outputs() const { return matrix_.rows; }
  std::size_t inputs() const { return matrix_.columns; }
  bool empty() const { return matrix_.empty(); }
  /// Some of the outputs.
  Weight output_range(std::size_t begin, std::size_t end) const { return matrix_.row_range(begin, end); }
  ConstView matrix() const { return matrix_; }

 private:
  ConstView matrix_;
};

/// What becomes of y = x wᵀ in each tile of it while the tile is in the cache, in this order. Views are (N, out); an
/// empty one: not this step.
struct Epilogue {
  std::span<const float> bias = {};              ///< (out): y = y + b
  bool residual = false;                         ///< y = y + what stood there before
  Activation activation = Activation::identity;  ///< y = act(y)
  View derivative = {};                          ///< receives act′(y); of a gate see below
  View gated = {};                               ///< y is a gate: gated = gated ∘ y, derivative = derivative ∘ y
  View ungated = {};                             ///< receives `gated` as it was; given together with derivative
};

/// y = epilogue(x wᵀ), in tiles that threads share. x (N, in), y (N, out).
void linear(ConstView x, const Weight& w, View y, const Epilogue& epilogue = {}, const Kernels& with = kernels());

/// What becomes of dx = dy w in each tile of it, in this order. Views are (N, in); an empty one: not this step.
struct VjpEpilogue {
  bool accumulate = false;    ///< dx = dx + what stood there before
  ConstView ungated = {};     ///< of a gate
  View dgate = {};            ///< with `ungated`: dgate = dx ∘ ungated
  ConstView derivative = {};  ///< dx = dx ∘ derivative: back through an activation, and its gate
};

/// dx = epilogue(dy w): the vjp of y = x wᵀ + b needs the weights only. dy (N, out), dx (N, in).
void linear_vjp(ConstView dy, const Weight& w, View dx, const VjpEpilogue& epilogue = {},
                const Kernels& with = kernels());

}  // namespace limn
