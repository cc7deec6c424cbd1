#include "limn/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "base/ascii.h"
#include "evaluate/answer_text.h"
#include "evaluate/calibration.h"
#include "evaluate/classification.h"
#include "evaluate/correlation.h"
#include "evaluate/squad.h"
#include "limn/evaluate.h"

namespace limn {
namespace {

constexpr std::size_t at_once = 16;
constexpr std::size_t rows_per_feature = 10;  // fewer rows say too little about a feature

[[noreturn]] void refuse(const std::filesystem::path& data, std::string found, std::string expected) {
  throw Error({.file = data.string(), .found = std::move(found), .expected = std::move(expected)});
}

/// Whether row i belongs to the half whose confidence comes from a fit on the other.
bool in_half(std::size_t row, std::size_t half) { return row % 2 == half; }

template <class Row>
std::vector<Row> other_half(const std::vector<Row>& rows, std::size_t half) {
  std::vector<Row> others;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!in_half(i, half)) others.push_back(rows[i]);
  return others;
}

void check_rows(const std::filesystem::path& data, const std::vector<bool>& right, std::size_t features) {
  if (right.size() < 2 * rows_per_feature * features)
    refuse(data, fmt::format("{} rows", right.size()), fmt::format("at least {}", 2 * rows_per_feature * features));
  const auto hits = static_cast<std::size_t>(std::ranges::count(right, true));
  if (hits == 0 || hits == right.size())
    refuse(data, hits == 0 ? "only wrong predictions" : "only right predictions", "some of both");
}

/// The share of right rows.
double accuracy_of(const std::vector<bool>& right) {
  return static_cast<double>(std::ranges::count(right, true)) / static_cast<double>(right.size());
}

/// Cross-validated confidences of a logistic model.
std::vector<double> cross_validated(const std::vector<FeatureRow>& rows) {
  std::vector<double> confidences(rows.size());
  for (std::size_t half = 0; half < 2; ++half) {
    const LogisticModel model = fit_logistic(other_half(rows, half));
    for (std::size_t i = half; i < rows.size(); i += 2) confidences[i] = model.probability(rows[i].features);
  }
  return confidences;
}

CalibrationResult calibrate_labels(const Model& model, const std::filesystem::path& data,
                                   const EvaluateOptions& options, const Watch& watch) {
  if (model.info().outputs != OutputMeaning::classes)
    throw Error({.file = model.info().name,
                 .thing = "the model's outputs",
                 .found = std::string(name(model.info().outputs)),
                 .expected = "classes, of which one is right"});
  auto rows = read_labelled(data, model.info().labels, RowFields(options.columns));
  if (rows.size() > options.limit) rows.resize(options.limit);
  std::vector<LabelledProbabilities> labelled;
  std::vector<bool> right;
  std::vector<double> probabilities;
  std::vector<std::size_t> predicted;
  for (std::size_t begin = 0; begin < rows.size(); begin += at_once) {
    std::vector<Input> inputs;
    for (std::size_t i = begin; i < std::min(begin + at_once, rows.size()); ++i) inputs.push_back(rows[i].input);
    const auto predictions = model.predict(inputs, options.reading, {.progress = {}, .cancelled = watch.cancelled});
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      const auto& label = std::get<LabelPrediction>(predictions[i].value());
      LabelledProbabilities& row = labelled.emplace_back();
      for (const auto& [name, probability] : label.probabilities) row.probabilities.push_back(probability);
      row.right = rows[begin + i].label;
      right.push_back(row.right == label.index);
      predicted.push_back(label.index);
      probabilities.push_back(label.probability);
    }
    if (watch.progress) watch.progress(labelled.size(), rows.size());
  }
  check_rows(data, right, 1);
  CalibrationResult result;
  result.calibration.rows = rows.size();
  result.calibration.temperature = fit_temperature(labelled);
  std::vector<double> confidences(rows.size());
  for (std::size_t half = 0; half < 2; ++half) {
    const double temperature = fit_temperature(other_half(labelled, half));
    for (std::size_t i = half; i < rows.size(); i += 2)
      confidences[i] = at_temperature(labelled[i].probabilities, temperature)[predicted[i]];
  }
  result.accuracy = accuracy_of(right);
  result.probability = confidence_quality(probabilities, right);
  result.confidence = confidence_quality(confidences, right);
  return result;
}

/// Features of an answer's explanations: by the gradient, and by gradient × input.
void add_explanation_features(std::map<std::string, double>& features, const Explanation& gradient,
                              const Explanation& product) {
  std::vector<double> scores, others;
  double sum = 0, most = 0, of_question = 0;
  for (std::size_t i = 0; i < gradient.words.size(); ++i) {
    const Word& word = gradient.words[i];
    const double score = std::abs(word.score);
    scores.push_back(score);
    if (i < product.words.size()) others.push_back(std::abs(product.words[i].score));
    sum += score, most = std::max(most, score);
    if (word.sequence == 0) of_question += score;
  }
  double entropy = 0;
  for (const double score : scores)
    if (score > 0 && sum > 0) entropy -= score / sum * std::log(score / sum);
  features["entropy"] = scores.size() > 1 ? entropy / std::log(static_cast<double>(scores.size())) : 0;
  features["peak"] = sum > 0 ? most / sum : 0;
  features["question_share"] = sum > 0 ? of_question / sum : 0;
  features["agreement"] = scores.size() == others.size() ? spearman_rho(scores, others).value_or(0) : 0;
}

CalibrationResult calibrate_answers(const Model& model, const std::filesystem::path& data,
                                    const EvaluateOptions& options, const Watch& watch) {
  auto questions = read_squad(data);
  if (questions.size() > options.limit) questions.resize(options.limit);
  PredictOptions reading = options.reading;
  if (reading.max_length == 0) reading.max_length = std::min<std::size_t>(384, model.info().max_positions);
  reading.top = std::max<std::size_t>(reading.top, 2);
  std::vector<FeatureRow> rows, explained;
  std::vector<bool> right;
  std::vector<double> probabilities;
  const Watch inner = {.progress = {}, .cancelled = watch.cancelled};
  for (std::size_t begin = 0; begin < questions.size(); begin += at_once) {
    std::vector<Input> inputs;
    for (std::size_t i = begin; i < std::min(begin + at_once, questions.size()); ++i)
      inputs.push_back(questions[i].input);
    const ExplainOptions how = {.reading = reading};
    const auto gradient = model.explain(inputs, Gradient{}, how, inner);
    const auto product = model.explain(inputs, GradientXInput{}, how, inner);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto& answer = std::get<AnswerPrediction>(gradient[i].value().prediction);
      FeatureRow row{.features = answer_features(answer)};
      row.is_right = best_answer_score(questions[begin + i].answers, answer.best.text).exact == 1;
      right.push_back(row.is_right);
      probabilities.push_back(answer.best.text.empty() ? answer.null_probability : answer.best.probability);
      rows.push_back(row);
      add_explanation_features(row.features, *gradient[i], product[i].value());
      explained.push_back(std::move(row));
    }
    if (watch.progress) watch.progress(rows.size(), questions.size());
  }
  if (rows.empty()) refuse(data, "no question", "questions with their answers");
  check_rows(data, right, explained.front().features.size());
  const LogisticModel fitted = fit_logistic(rows);
  CalibrationResult result;
  result.calibration.rows = rows.size();
  result.calibration.weights = fitted.weights;
  result.calibration.intercept = fitted.intercept;
  result.accuracy = accuracy_of(right);
  result.probability = confidence_quality(probabilities, right);
  result.confidence = confidence_quality(cross_validated(rows), right);
  result.with_explanations = confidence_quality(cross_validated(explained), right);
  return result;
}

}  // namespace

CalibrationResult calibrate(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options,
                            const Watch& watch) {
  const Task task = model.info().task;
  if (task != Task::sequence_classification && task != Task::question_answering)
    throw Error({.file = model.info().name,
                 .thing = "task",
                 .found = std::string(name(task)),
                 .expected = "question-answering or sequence-classification"});
  CalibrationResult result = task == Task::question_answering ? calibrate_answers(model, data, options, watch)
                                                              : calibrate_labels(model, data, options, watch);
  result.calibration.task = task;
  result.calibration.labels = model.info().labels;
  result.calibration.files = model.info().files;
  return result;
}

}  // namespace limn
