#include "task/classification.h"

#include <cassert>
#include <cmath>

#include "task/probability.h"

namespace limn {

std::vector<double> label_probabilities(ConstView logits, const HeadConfig& head) {
  const bool sigmoids = head.has_sigmoid();
  const double total = sigmoids ? 0 : log_sum_exp(logits);
  std::vector<double> probabilities;
  for (const float logit : logits.row_span(0))
    probabilities.push_back(sigmoids ? sigmoid(logit) : std::exp(logit - total));
  return probabilities;
}

void MeanLogits::take(ConstView logits, double share) {
  const auto row = logits.row_span(0);
  if (sums_.empty()) sums_.assign(row.size(), -0.0);  // the sum of -0 and a logit is that logit, even if it is -0
  for (std::size_t i = 0; i < row.size(); ++i) sums_[i] += share * row[i];
}

Mat MeanLogits::mean() const {
  Mat logits = Mat::zeros(1, sums_.size());
  for (std::size_t i = 0; i < sums_.size(); ++i) logits(0, i) = static_cast<float>(sums_[i]);
  return logits;
}

LabelPrediction predict_label(ConstView logits, const HeadConfig& head) {
  assert(logits.rows == 1 && logits.columns == head.labels.size() && !logits.empty());
  LabelPrediction prediction;
  prediction.meaning = head.meaning;
  if (head.meaning == OutputMeaning::value) {
    for (std::size_t i = 0; i < head.labels.size(); ++i)
      prediction.values.emplace_back(head.labels[i], double{logits(0, i)});
    return prediction;
  }
  const bool multi_label = head.meaning == OutputMeaning::multi_label;
  prediction.index = argmax(logits);
  const auto probabilities = label_probabilities(logits, head);
  for (std::size_t i = 0; i < head.labels.size(); ++i) {
    prediction.probabilities.emplace_back(head.labels[i], probabilities[i]);
    if (multi_label && probabilities[i] >= 0.5) prediction.labels.push_back(head.labels[i]);
  }
  prediction.probability = probabilities[prediction.index];
  if (!multi_label || !prediction.labels.empty()) prediction.label = head.labels[prediction.index];
  return prediction;
}

}  // namespace limn
