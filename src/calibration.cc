#include "limn/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "base/attempt.h"
#include "evaluate/answer_text.h"
#include "evaluate/calibration.h"
#include "evaluate/classification.h"
#include "evaluate/conll.h"
#include "evaluate/correlation.h"
#include "evaluate/in_batches.h"
#include "evaluate/squad.h"
#include "limn/evaluate.h"
#include "task/entity_chunks.h"

namespace limn {
namespace {

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
  in_batches(
      inputs_of(rows), 0, watch,
      [&](const std::vector<Input>& inputs, const Watch& inner) {
        return model.predict(inputs, options.reading, inner);
      },
      [&](std::size_t i, const Prediction& prediction) {
        const auto& label = std::get<LabelPrediction>(prediction);
        LabelledProbabilities& row = labelled.emplace_back();
        for (const auto& [name, probability] : label.probabilities) row.probabilities.push_back(probability);
        row.right = rows[i].label;
        right.push_back(row.right == label.index);
        predicted.push_back(label.index);
        probabilities.push_back(label.probability);
      },
      [](std::size_t i) { return fmt::format("row {}", i + 1); });
  check_rows(data, right, 1);
  if (std::ranges::all_of(rows, [&](const auto& row) { return row.label == rows[0].label; }))
    refuse(data, "only rows with the label " + model.info().labels[rows[0].label], "rows of at least two labels");
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

/// The fit to all rows, measured by cross-validation beside the model's probabilities.
CalibrationResult logistic_calibration(const std::vector<FeatureRow>& rows, const std::vector<bool>& right,
                                       const std::vector<double>& probabilities) {
  const LogisticModel fitted = fit_logistic(rows);
  CalibrationResult result;
  result.calibration.rows = rows.size();
  result.calibration.weights = fitted.weights;
  result.calibration.intercept = fitted.intercept;
  result.accuracy = accuracy_of(right);
  result.probability = confidence_quality(probabilities, right);
  result.confidence = confidence_quality(cross_validated(rows), right);
  return result;
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
  const ExplainOptions how = {.reading = reading};
  const auto explain_both = [&](const std::vector<Input>& inputs, const Watch& inner) {
    std::vector<Result<std::pair<Explanation, Explanation>>> both;
    const auto gradient = model.explain(inputs, Gradient{}, how, inner);
    const auto product = model.explain(inputs, GradientXInput{}, how, inner);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      both.push_back(attempt([&] { return std::pair(gradient[i].value(), product[i].value()); }));
    return both;
  };
  in_batches(
      inputs_of(questions), 0, watch, explain_both,
      [&](std::size_t i, const std::pair<Explanation, Explanation>& explanations) {
        const auto& answer = std::get<AnswerPrediction>(explanations.first.prediction);
        FeatureRow row{.features = answer_features(answer)};
        row.is_right = best_answer_score(questions[i].answers, answer.best.text).exact == 1;
        right.push_back(row.is_right);
        probabilities.push_back(answer.best.text.empty() ? answer.null_probability : answer.best.probability);
        rows.push_back(row);
        add_explanation_features(row.features, explanations.first, explanations.second);
        explained.push_back(std::move(row));
      },
      [&](std::size_t i) { return "question " + questions[i].id; });
  if (rows.empty()) refuse(data, "no question", "questions with their answers");
  check_rows(data, right, explained.front().features.size());
  CalibrationResult result = logistic_calibration(rows, right, probabilities);
  result.with_explanations = confidence_quality(cross_validated(explained), right);
  return result;
}

/// Fits how often an entity is right by the log-odds of its probability. Entities that were not found have none.
CalibrationResult calibrate_entities(const Model& model, const std::filesystem::path& data,
                                     const EvaluateOptions& options, const Watch& watch) {
  auto sentences = read_conll(data);
  if (sentences.size() > options.limit) sentences.resize(options.limit);
  std::vector<std::vector<std::string>> words;
  for (const TaggedSentence& sentence : sentences) words.push_back(sentence.words);
  std::vector<FeatureRow> rows;
  std::vector<bool> right;
  std::vector<double> probabilities;
  in_batches(
      words, 0, watch,
      [&](const std::vector<std::vector<std::string>>& part, const Watch& inner) {
        return model.predict_words(part, options.reading, inner);
      },
      [&](std::size_t i, const std::vector<TokenLabel>& labels) {
        std::vector<std::string> tags(words[i].size(), "O");
        std::vector<double> of_word(words[i].size());
        for (const TokenLabel& label : labels) {
          tags[label.token] = label.label;
          of_word[label.token] = label.probability;
        }
        const auto present = entity_chunks(sentences[i].tags);
        for (const Chunk& chunk : entity_chunks(tags)) {
          double probability = 0;
          for (std::size_t word = chunk.first; word <= chunk.last; ++word) probability += of_word[word];
          probability /= static_cast<double>(chunk.last - chunk.first + 1);
          const bool is_right = std::ranges::find(present, chunk) != present.end();
          rows.push_back({.features = entity_features(probability), .is_right = is_right});
          right.push_back(is_right);
          probabilities.push_back(probability);
        }
      },
      [](std::size_t i) { return fmt::format("sentence {}", i + 1); });
  check_rows(data, right, 1);
  return logistic_calibration(rows, right, probabilities);
}

}  // namespace

CalibrationResult calibrate(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options,
                            const Watch& watch) {
  const Task task = model.info().task;
  const auto fit = task == Task::question_answering        ? calibrate_answers
                   : task == Task::sequence_classification ? calibrate_labels
                   : task == Task::token_classification    ? calibrate_entities
                                                           : nullptr;
  if (fit == nullptr)
    throw Error({.file = model.info().name,
                 .thing = "task",
                 .found = std::string(name(task)),
                 .expected = "question-answering, sequence-classification or token-classification"});
  CalibrationResult result = fit(model, data, options, watch);
  result.calibration.task = task;
  result.calibration.labels = model.info().labels;
  result.calibration.files = model.info().files;
  return result;
}

}  // namespace limn
