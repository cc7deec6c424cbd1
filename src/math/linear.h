#pragma once

#include <cstddef>
#include <span>

#include "math/activation.h"
#include "math/kernels.h"
#include "math/mat.h"
#include "math/product.h"
#include "math/weight.h"

namespace limn {

/// The steps applied to each tile of y = x wᵀ while it is in the cache, in this order. Views are (N, out); a step whose
/// view is empty is skipped.
struct Epilogue {
  std::span<const float> bias = {};              ///< (out): y = y + b
  bool residual = false;                         ///< y = y + previous content of y
  Activation activation = Activation::identity;  ///< y = act(y)
  View derivative = {};                          ///< receives act′(y); if y is a gate, see below
  View gated = {};                               ///< y is a gate: gated = gated ∘ y, derivative = derivative ∘ y
  View ungated = {};                             ///< receives `gated` before the product; requires `derivative`
};

/// One of several linear layers that read the same x.
struct LinearLayer {
  const Weight& w;
  View y;  ///< (N, out)
  Epilogue epilogue = {};
};

/// y = epilogue(x wᵀ) for each layer, in tiles that are distributed over the threads. x (N, in).
void linear(ConstView x, std::span<const LinearLayer> layers, const Kernels& with = kernels());
/// The same for one layer.
void linear(ConstView x, const Weight& w, View y, const Epilogue& epilogue = {}, const Kernels& with = kernels());

/// The steps applied to each tile of dx = dy w, in this order. Views are (N, in); a step whose view is empty is
/// skipped.
struct VjpEpilogue {
  bool accumulate = false;    ///< dx = dx + previous content of dx
  ConstView ungated = {};     ///< what Epilogue::ungated received
  View dgate = {};            ///< with `ungated`: dgate = dx ∘ ungated
  ConstView derivative = {};  ///< dx = dx ∘ derivative: the vjp of the activation, and of its gate if there is one
};

/// The derivative of the result of one of several linear layers that read the same x.
struct LinearLayerVjp {
  ConstView dy;  ///< (N, out)
  const Weight& w;
};

/// dx = epilogue(Σ dy w) over the layers: the vjp of y = x wᵀ + b needs only the weights. dx (N, in).
void linear_vjp(std::span<const LinearLayerVjp> layers, View dx, const VjpEpilogue& epilogue = {},
                const Kernels& with = kernels());
/// The same for one layer.
void linear_vjp(ConstView dy, const Weight& w, View dx, const VjpEpilogue& epilogue = {},
                const Kernels& with = kernels());

}  // namespace limn
