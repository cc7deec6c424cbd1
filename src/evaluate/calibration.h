#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "limn/calibration.h"

/// Fits the numbers of a calibration.

namespace limn {

/// Features of an entity: "log_odds" of its probability.
std::map<std::string, double> entity_features(double probability);

/// The probabilities of all labels, and the index of the right one.
struct LabelledProbabilities {
  std::vector<double> probabilities;
  std::size_t right = 0;
};

/// The temperature with the least negative log-likelihood of the right labels, between 1/20 and 20.
double fit_temperature(std::span<const LabelledProbabilities> rows);

/// softmax(log p ÷ temperature): the probabilities at another temperature.
std::vector<double> at_temperature(const std::vector<double>& probabilities, double temperature);

/// A row of features, by name, and whether the prediction is right.
struct FeatureRow {
  std::map<std::string, double> features;
  bool is_right = false;
};

/// A logistic regression.
struct LogisticModel {
  std::map<std::string, double> weights;
  double intercept = 0;

  double probability(const std::map<std::string, double>& features) const;
};

/// Fits a logistic regression by Newton's method, with a ridge of 1 on the weights of the standardised features.
/// @pre rows of both kinds, more than there are features
LogisticModel fit_logistic(std::span<const FeatureRow> rows);

}  // namespace limn
