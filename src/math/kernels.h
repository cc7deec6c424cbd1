#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "math/activation.h"
#include "math/product.h"

namespace limn {

/// The matrix products and the operations on rows of one instruction set, each forward followed by its vjp: plain loops
/// that the compiler vectorizes. n is the number of elements of the row. Rows may be updated in place only where
/// the comment allows it.
struct Kernels {
  std::string_view isa;  ///< "amx", "avx512", "avx2", "baseline", "amx-emulated"

  ProductKernels products;

  /// x̂ = (x − mean) / √(variance + epsilon); y = x̂ ∘ w + b (b may be null). Returns 1 / √(…). y or x_hat may be x;
  /// x_hat may be null.
  float (*norm)(const float* x, const float* w, const float* b, float epsilon, std::size_t n, float* y, float* x_hat);
  /// dx = inverse_deviation · (w ∘ dy − mean(w ∘ dy) − x̂ · mean(w ∘ dy ∘ x̂)). dx may be dy.
  void (*norm_vjp)(const float* dy, const float* w, const float* x_hat, float inverse_deviation, std::size_t n,
                   float* dx);

  /// x = act(x), in place; derivative = act′(x), unless `derivative` is null.
  void (*activate)(Activation activation, float* x, std::size_t n, float* derivative);
  /// dx = dy ∘ derivative, in place.
  void (*activate_vjp)(float* dy, const float* derivative, std::size_t n);

  /// y = y ∘ g. Unless derivative and value are null, also value = y (before the product) and derivative = derivative ∘
  /// g.
  void (*gate)(const float* g, std::size_t n, float* y, float* derivative, float* value);
  /// dg = dy ∘ value, then dy = dy ∘ derivative, in place, with the derivative and value that gate computed.
  void (*gate_vjp)(const float* derivative, const float* value, std::size_t n, float* dy, float* dg);

  /// Rotates each pair (x[i], x[i + half]) by its angle, in place.
  void (*rotate)(const float* cosine, const float* sine, std::size_t half, float* x);
  /// Rotates each pair of ∂F/∂(rotate's result) back, in place.
  void (*rotate_vjp)(const float* cosine, const float* sine, std::size_t half, float* dx);

  /// y[i] = y[i] + table[i · stride + index[i]].
  void (*gather)(const float* table, std::size_t stride, const std::int32_t* index, std::size_t n, float* y);
  /// dtable[i · stride + index[i]] = dtable[…] + dy[i].
  void (*gather_vjp)(const float* dy, std::size_t stride, const std::int32_t* index, std::size_t n, float* dtable);

  /// p = exp(x − max x) / Σ exp(x − max x), in place.
  void (*softmax)(float* x, std::size_t n);
  /// dx = p ∘ (dp − Σ p ∘ dp), in place of dp.
  void (*softmax_vjp)(const float* p, float* dp, std::size_t n);

  /// y = y + x.
  void (*add)(const float* x, std::size_t n, float* y);

  /// Σ a ∘ b, where a is F16 (finite) and the sum F32. Without a vjp: it compares embeddings of a collection.
  float (*dot_half)(const std::uint16_t* a, const float* b, std::size_t n);

  /// y = x, where x is F16 (any value: subnormal, infinite, NaN). Without a vjp: it reads weights.
  void (*widen_half)(const std::uint16_t* x, std::size_t n, float* y);
};

/// The best kernels that this processor can run, chosen once. The environment variable LIMN_ISA, one of the names
/// above, selects others.
const Kernels& kernels();

/// All kernels that this processor can run, the best first; the last ones are AMX's, emulated on any processor.
std::span<const Kernels* const> available_kernels();

}  // namespace limn
