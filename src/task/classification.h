#pragma once

#include <vector>

#include "limn/explanation.h"
#include "math/mat.h"
#include "model/config.h"

namespace limn {

/// The label that one sequence's logits (1, L) say, by softmax, or by a sigmoid for each output: a multi-label model
/// says every label of probability at least 1/2; a single output is the probability of its only label. Of equals the
/// first.
LabelPrediction predict_label(ConstView logits, const HeadConfig& head);

/// The probability of every label, from one row of logits (1, L).
std::vector<double> label_probabilities(ConstView logits, const HeadConfig& head);

}  // namespace limn
