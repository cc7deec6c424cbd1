#pragma once

#include "math/mat.h"

namespace limn {

/// Turns gradients g at word embeddings into the norm of the gradient with respect to the one-hot input, ‖E g‖₂ over
/// the vocabulary, exactly and without the (N, V) matrix: ‖E g‖₂ = √(gᵀ EᵀE g) = ‖Lᵀ g‖₂ with EᵀE = L Lᵀ (Cholesky).
/// Made once per model: V C² / 2 multiplications, then C² a token in place of V C.
class OneHotNorm {
 public:
  /// @param word  E (V, C).
  explicit OneHotNorm(ConstView word);

  /// (N, C): Lᵀ g for each row g of gradients (N, C); their Euclidean norms are the scores.
  Mat apply(ConstView gradients) const;

 private:
  Mat factor_;  // L (C, C), lower triangular
};

}  // namespace limn
