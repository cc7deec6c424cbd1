#include "task/classification.h"

#include <cassert>
#include <cmath>

#include "task/probability.h"

namespace limn {

std::vector<double> label_probabilities(ConstView logits, const HeadConfig& head) {
  const double total = head.sigmoid ? 0 : log_sum_exp(logits);
  std::vector<double> probabilities;
  for (const float logit : logits.row_span(0))
    probabilities.push_back(head.sigmoid ? sigmoid(logit) : std::exp(logit - total));
  return probabilities;
}

LabelPrediction predict_label(ConstView logits, const HeadConfig& head) {
  assert(logits.rows == 1 && logits.columns == head.labels.size() && !logits.empty());
  LabelPrediction prediction;
  prediction.index = argmax(logits);
  prediction.multi_label = head.multi_label;
  const auto probabilities = label_probabilities(logits, head);
  for (std::size_t i = 0; i < head.labels.size(); ++i) {
    prediction.probabilities.emplace_back(head.labels[i], probabilities[i]);
    if (head.multi_label && probabilities[i] >= 0.5) prediction.labels.push_back(head.labels[i]);
  }
  prediction.probability = probabilities[prediction.index];
  if (!head.multi_label || !prediction.labels.empty()) prediction.label = head.labels[prediction.index];
  return prediction;
}

}  // namespace limn
