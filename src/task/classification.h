#pragma once

#include <vector>

#include "limn/explanation.h"
#include "math/mat.h"
#include "model/config.h"

namespace limn {

/// The logits of a text that is read in windows: the mean of theirs, weighted by their shares of the text's tokens.
class MeanLogits {
 public:
  /// @param logits (1, L) of one window @param share of the text; those of all windows add up to 1
  void take(ConstView logits, double share);
  /// (1, L). Of one window, its own.
  Mat mean() const;

 private:
  std::vector<double> sums_;
};

/// Predicts the label of one sequence from its logits (1, L), by softmax or by a sigmoid per output. A multi-label
/// model predicts every label with a probability of at least 1/2; a single output is the probability of its only label.
/// Of equal labels the first wins. A head of values predicts its values, without a label or a probability.
LabelPrediction predict_label(ConstView logits, const HeadConfig& head);

/// Returns the probability of every label, from one row of logits (1, L).
std::vector<double> label_probabilities(ConstView logits, const HeadConfig& head);

}  // namespace limn
