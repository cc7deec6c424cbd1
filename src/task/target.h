#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"
#include "math/mat.h"

namespace limn {

/// A text to classify whose windows are read separately, and one of these.
struct WholeText {
  std::vector<double> mean;    ///< (L): z̄, the weighted mean of the windows' logits
  std::vector<double> window;  ///< (L): z_k, the logits of this window
  double share = 1;            ///< w_k, by which they are weighted
};

/// The target function F of one sequence's logits: question answering (T, 2), token classification (T, labels),
/// sequence classification (1, labels); embeddings (1, D). F is the sum of one term per pick, or the cosine.
struct Target {
  struct Pick {
    std::size_t row = 0, column = 0;
  };
  Scalar explain = Scalar::logit;
  std::vector<Pick> picks;  ///< QA: {start, 0} and {end, 1}; otherwise one
  bool over_rows = false;   ///< QA: the softmax is over the tokens of a column, not over the labels of a row
  bool sigmoid = false;     ///< each label has an independent probability
  /// Embeddings: the unit vector of the other text's embedding; F is the cosine, and there are no picks.
  std::shared_ptr<const std::vector<double>> other = {};
  /// Sequence classification of a long text, if F is not linear in the logits: the value is
  /// F_k(z) = F(z̄) + (F(z̄ + w_k (z − z_k)) − F(z̄)) / w_k for the logits z of window k. So Σ w_k F_k is F of the text,
  /// and has its gradient, while each F_k depends on one window. For a linear F, F_k is F but for a constant.
  std::shared_ptr<const WholeText> whole = {};
  std::optional<std::size_t> contrast = {};  ///< column whose term is subtracted: why the pick's label rather than it
};

/// Computes F in double precision.
double value(const Target& target, ConstView logits);
/// Computes ∂F/∂logits; dlogits has the shape of logits and is overwritten.
void value_vjp(const Target& target, ConstView logits, View dlogits);

}  // namespace limn
