#include "evaluate/calibration.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/json.h"
#include "limn/error.h"
#include "options/names.h"

namespace limn {
namespace {

constexpr double least_probability = 1e-9;

double log_of(double probability) { return std::log(std::clamp(probability, least_probability, 1.)); }

double log_odds(double probability) {
  const double p = std::clamp(probability, least_probability, 1 - least_probability);
  return std::log(p / (1 - p));
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double loss_at(std::span<const LabelledProbabilities> rows, double temperature) {
  double loss = 0;
  for (const auto& row : rows) loss -= log_of(at_temperature(row.probabilities, temperature)[row.right]);
  return loss;
}

}  // namespace

std::vector<double> at_temperature(const std::vector<double>& probabilities, double temperature) {
  std::vector<double> scaled;
  double most = -1e300, sum = 0;
  for (const double p : probabilities) most = std::max(most, scaled.emplace_back(log_of(p) / temperature));
  for (double& value : scaled) sum += value = std::exp(value - most);
  for (double& value : scaled) value /= sum;
  return scaled;
}

double fit_temperature(std::span<const LabelledProbabilities> rows) {
  // The loss is convex in 1/T, so golden-section search over log T finds its minimum.
  const double ratio = (std::sqrt(5.) - 1) / 2;
  double low = -std::log(20.), high = std::log(20.);
  for (int i = 0; i < 60; ++i) {
    const double a = high - ratio * (high - low), b = low + ratio * (high - low);
    if (loss_at(rows, std::exp(a)) < loss_at(rows, std::exp(b)))
      high = b;
    else
      low = a;
  }
  return std::exp((low + high) / 2);
}

double LogisticModel::probability(const std::map<std::string, double>& features) const {
  double sum = intercept;
  for (const auto& [name, weight] : weights)
    if (const auto found = features.find(name); found != features.end()) sum += weight * found->second;
  return sigmoid(sum);
}

LogisticModel fit_logistic(std::span<const FeatureRow> rows) {
  std::vector<std::string> names;
  for (const auto& [name, value] : rows.front().features) names.push_back(name);
  const auto count = static_cast<Eigen::Index>(rows.size()), width = static_cast<Eigen::Index>(names.size());
  Eigen::MatrixXd x(count, width + 1);
  Eigen::VectorXd y(count), mean = Eigen::VectorXd::Zero(width), deviation = Eigen::VectorXd::Ones(width);
  for (Eigen::Index i = 0; i < count; ++i) {
    const FeatureRow& row = rows[static_cast<std::size_t>(i)];
    for (Eigen::Index j = 0; j < width; ++j) x(i, j) = row.features.at(names[static_cast<std::size_t>(j)]);
    x(i, width) = 1;
    y(i) = row.is_right;
  }
  for (Eigen::Index j = 0; j < width; ++j) {
    mean(j) = x.col(j).mean();
    const double spread = std::sqrt((x.col(j).array() - mean(j)).square().mean());
    if (spread > 1e-12) deviation(j) = spread;
    x.col(j) = (x.col(j).array() - mean(j)) / deviation(j);
  }
  Eigen::VectorXd ridge = Eigen::VectorXd::Ones(width + 1);
  ridge(width) = 0;
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(width + 1);
  for (int step = 0; step < 50; ++step) {
    const Eigen::VectorXd p = (x * weights).unaryExpr(&sigmoid);
    const Eigen::VectorXd derivative = x.transpose() * (y - p) - ridge.cwiseProduct(weights);
    const Eigen::VectorXd curve = (p.array() * (1 - p.array())).max(1e-9);
    const Eigen::MatrixXd hessian = x.transpose() * curve.asDiagonal() * x + Eigen::MatrixXd(ridge.asDiagonal());
    const Eigen::VectorXd change = hessian.ldlt().solve(derivative);
    weights += change;
    if (change.cwiseAbs().maxCoeff() < 1e-10) break;
  }
  LogisticModel model;
  model.intercept = weights(width);
  for (Eigen::Index j = 0; j < width; ++j) {
    model.weights[names[static_cast<std::size_t>(j)]] = weights(j) / deviation(j);
    model.intercept -= weights(j) * mean(j) / deviation(j);
  }
  return model;
}

std::map<std::string, double> entity_features(double probability) { return {{"log_odds", log_odds(probability)}}; }

std::map<std::string, double> answer_features(const AnswerPrediction& prediction) {
  const bool is_null = prediction.best.text.empty();
  const double best = is_null ? prediction.null_probability : prediction.best.probability;
  double second = 0;
  for (const Answer& answer : prediction.answers)
    if (is_null || answer.begin != prediction.best.begin || answer.end != prediction.best.end) {
      second = answer.probability;
      break;
    }
  return {{"log_odds", log_odds(best)},
          {"margin", log_of(best) - log_of(second)},
          {"null_margin", is_null ? 0 : log_of(best) - log_of(prediction.null_probability)},
          {"is_null", is_null ? 1. : 0.}};
}

double entity_confidence(const Calibration& calibration, double probability) {
  return LogisticModel{.weights = calibration.weights, .intercept = calibration.intercept}.probability(
      entity_features(probability));
}

std::optional<double> confidence_of(const Calibration& calibration, const Prediction& prediction) {
  if (const auto* answer = std::get_if<AnswerPrediction>(&prediction))
    return LogisticModel{.weights = calibration.weights, .intercept = calibration.intercept}.probability(
        answer_features(*answer));
  const auto* label = std::get_if<LabelPrediction>(&prediction);
  if (!label || label->meaning != OutputMeaning::classes) return std::nullopt;
  std::vector<double> probabilities;
  for (const auto& [name, probability] : label->probabilities) probabilities.push_back(probability);
  return at_temperature(probabilities, calibration.temperature)[label->index];
}

ConfidenceQuality confidence_quality(const std::vector<double>& probabilities, const std::vector<bool>& right) {
  constexpr std::size_t bins = 10, most_points = 200;
  const std::size_t rows = probabilities.size();
  const auto all = static_cast<double>(rows);
  double sums[bins] = {}, hits[bins] = {}, counts[bins] = {};
  ConfidenceQuality quality;
  for (std::size_t i = 0; i < rows; ++i) {
    const double p = probabilities[i], hit = right[i] ? 1 : 0;
    const auto bin = std::min(static_cast<std::size_t>(std::clamp(p, 0., 1.) * bins), bins - 1);
    sums[bin] += p, hits[bin] += hit, ++counts[bin];
    quality.brier += (p - hit) * (p - hit) / all;
  }
  for (std::size_t bin = 0; bin < bins; ++bin) {
    quality.calibration_error += std::abs(hits[bin] - sums[bin]) / all;
    const double in_bin = counts[bin];
    quality.bins.push_back({.rows = static_cast<std::size_t>(in_bin),
                            .mean_probability = in_bin > 0 ? sums[bin] / in_bin : 0,
                            .right = in_bin > 0 ? hits[bin] / in_bin : 0});
  }

  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  double wrong = 0, rights = 0, wins = 0;
  for (std::size_t k = 0; k < rows;) {
    // Rows of equal probability: each pair of a right and a wrong one counts half.
    std::size_t end = k;
    double tied_right = 0, tied_wrong = 0;
    for (; end < rows && probabilities[order[end]] == probabilities[order[k]]; ++end)
      ++(right[order[end]] ? tied_right : tied_wrong);
    wins += tied_wrong * (rights + tied_right / 2);
    for (std::size_t i = k; i < end; ++i) {
      const double share = static_cast<double>(i - k + 1) / static_cast<double>(end - k);
      const double risk = (wrong + share * tied_wrong) / static_cast<double>(i + 1);
      quality.risk_coverage += risk / all;
      if ((i + 1) * most_points / rows != i * most_points / rows)
        quality.curve.push_back({.coverage = static_cast<double>(i + 1) / all, .risk = risk});
    }
    rights += tied_right, wrong += tied_wrong;
    k = end;
  }
  if (rights > 0 && wrong > 0) quality.auroc = wins / (rights * wrong);
  return quality;
}

}  // namespace limn
