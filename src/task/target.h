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
  std::optional<std::size_t> contrast = {};  ///< column whose term is subtracted: why the pick's label rather than it
};

/// Computes F in double precision.
double value(const Target& target, ConstView logits);
/// Computes ∂F/∂logits; dlogits has the shape of logits and is overwritten.
void value_vjp(const Target& target, ConstView logits, View dlogits);

}  // namespace limn
