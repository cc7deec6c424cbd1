#pragma once

#include "math/mat.h"
#include "math/stored_view.h"

namespace limn {

/// Computes from gradients g at the word embeddings the norm of the gradient with respect to the one-hot input, ‖E g‖₂
/// over the vocabulary, exactly and without the (N, V) matrix: ‖E g‖₂ = √(gᵀ EᵀE g) = ‖Lᵀ g‖₂ with EᵀE = L Lᵀ
/// (Cholesky). Built once per model with V C² / 2 multiplications; each token then needs C² instead of V C.
class OneHotNorm {
 public:
  /// @param word  E (V, C).
  explicit OneHotNorm(const StoredView& word);

  /// Returns Lᵀ g (N, C) for each row g of gradients (N, C); their Euclidean norms are the scores.
  Mat apply(ConstView gradients) const;

 private:
  Mat factor_;  // L (C, C), lower triangular
};

}  // namespace limn
