#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/explanation.h"
#include "limn/model_info.h"

/// How often a model is right when it says so: a confidence that is fitted on labelled data and kept in
/// limn_calibration.json beside the checkpoint. Predictions of the model then carry it.

namespace limn {

/// The name of the file beside the checkpoint.
inline constexpr const char* calibration_file = "limn_calibration.json";

/// A fitted confidence.
struct Calibration {
  Task task = Task::sequence_classification;  ///< of the model
  /// Classification: the confidence is softmax(logits ÷ temperature) of the predicted label (Guo et al. 2017, arXiv
  /// 1706.04599).
  double temperature = 1;
  /// Question answering: the confidence is the sigmoid of `intercept` + Σ weight · feature, by the feature's name
  /// (answer_features). Token classification: the same for each entity, with the log-odds of its probability.
  std::map<std::string, double> weights;
  double intercept = 0;                                    ///< of this sum
  std::size_t rows = 0;                                    ///< on which it was fitted
  std::vector<std::string> labels;                         ///< of the model, to recognise it
  std::vector<std::pair<std::string, std::size_t>> files;  ///< names and bytes of its files, to recognise it
};

/// Predictions whose probability is in [i/10, (i + 1)/10); the last bin includes 1.
struct ReliabilityBin {
  std::size_t rows = 0;         ///< how many there are
  double mean_probability = 0;  ///< over them
  double right = 0;             ///< share of right predictions
};

/// A point of the risk–coverage curve.
struct RiskPoint {
  double coverage = 0;  ///< the share of the predictions, the surest first
  double risk = 0;      ///< the share of wrong ones among them; of equal probabilities all count alike
};

/// How well a probability tells right predictions from wrong ones.
struct ConfidenceQuality {
  double calibration_error = 0;  ///< ECE: mean |share of right predictions − mean probability| over ten equal bins
  double brier = 0;              ///< mean (probability − 1 or 0)²
  std::optional<double> auroc;   ///< chance that a right one has a higher probability than a wrong one; ties count half
  double risk_coverage = 0;      ///< area under the share of wrong predictions among the surest k, mean over k
  std::vector<ReliabilityBin> bins = {};  ///< ten
  std::vector<RiskPoint> curve = {};      ///< at most 200 points, the last at coverage 1
};

/// A fit with its quality by two-fold cross-validation: the confidence of each half comes from a fit on the other.
struct CalibrationResult {
  Calibration calibration;        ///< fitted on all rows
  double accuracy = 0;            ///< share of right predictions
  ConfidenceQuality probability;  ///< of the model's own probability
  ConfidenceQuality confidence;   ///< of the fitted confidence
  /// Question answering: of a confidence that also uses explanations of the answers (the entropy and the maximum of
  /// the scores, the share of the scores on the question's words, the agreement of two methods).
  std::optional<ConfidenceQuality> with_explanations;
};

/// Features of a predicted answer: "log_odds" of its probability, and its "margin" to the second answer and to
/// "no answer" ("null_margin"), each as a difference of logarithms; "is_null" if no answer is predicted.
std::map<std::string, double> answer_features(const AnswerPrediction& prediction);

/// Returns the fitted confidence of an entity with this probability: how often such an entity has the right type and
/// the right words.
double entity_confidence(const Calibration& calibration, double probability);

/// Returns the fitted confidence of a prediction; nothing for predictions without one: several entities, several
/// labels, numbers.
std::optional<double> confidence_of(const Calibration& calibration, const Prediction& prediction);

/// Measures probabilities of predictions of which some are right. @pre equal sizes, at least one
ConfidenceQuality confidence_quality(const std::vector<double>& probabilities, const std::vector<bool>& right);

/// Returns a calibration as JSON, indented.
std::string to_json(const Calibration& calibration);
/// Reads a calibration. @throws Error if the file is not one, or is that of another model.
Calibration read_calibration(const std::filesystem::path& file, const ModelInfo& model);

}  // namespace limn
