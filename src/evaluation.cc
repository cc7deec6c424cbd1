#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <span>
#include <utility>

#include "evaluate/classification.h"
#include "evaluate/squad.h"
#include "evaluate/tokens.h"
#include "limn/evaluate.h"
#include "task/entity_chunks.h"

namespace limn {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void check_task(const Model& model, Task task) {
  if (model.info().task != task) {
    throw Error({.file = model.info().name,
                 .thing = "task",
                 .found = std::string(name(model.info().task)),
                 .expected = std::string(name(task)) + " for this evaluation"});
  }
}

template <class Item>
void keep_first(std::vector<Item>& items, std::size_t limit) {
  if (items.size() > limit) items.resize(limit);
}

/// An error that also names the item of the data that it is about.
Error about(const Error& error, std::string thing) {
  auto parts = error.parts();
  parts.thing = std::move(thing) + (parts.thing.empty() ? "" : ": " + parts.thing);
  return Error(std::move(parts));
}

/// Runs the model over the items in parts that are small enough for progress to move.
/// @param run (part of the items, watch) -> one Result per item. @param name_of (i) -> the item in words, for errors
template <class Item, class Run>
auto run_all(const std::vector<Item>& items, const Watch& watch, const Run& run,
             const std::function<std::string(std::size_t)>& name_of) {
  constexpr std::size_t at_once = 16;
  const Watch inner = {.progress = {}, .cancelled = watch.cancelled};
  std::vector<std::decay_t<decltype(run(items, inner).front().value())>> values;
  values.reserve(items.size());
  if (watch.progress) watch.progress(0, items.size());
  for (std::size_t begin = 0; begin < items.size(); begin += at_once) {
    const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = items.begin() + static_cast<std::ptrdiff_t>(std::min(begin + at_once, items.size()));
    auto results = run({first, last}, inner);
    for (auto& result : results) {
      if (!result) throw about(result.error(), name_of(values.size()));
      values.push_back(*std::move(result));
    }
    if (watch.progress) watch.progress(values.size(), items.size());
  }
  return values;
}

/// Predictions of type P for all inputs.
template <class P>
std::vector<P> predict_all(const Model& model, const std::vector<Input>& inputs, const PredictOptions& options,
                           const Watch& watch, const std::function<std::string(std::size_t)>& name_of) {
  const auto run = [&](const std::vector<Input>& part, const Watch& inner) {
    return model.predict(part, options, inner);
  };
  std::vector<P> predictions;
  for (auto& prediction : run_all(inputs, watch, run, name_of))
    predictions.push_back(std::get<P>(std::move(prediction)));
  return predictions;
}

template <class Item>
std::vector<Input> inputs_of(const std::vector<Item>& items) {
  std::vector<Input> inputs;
  for (const auto& item : items) inputs.push_back(item.input);
  return inputs;
}

}  // namespace

SquadScores evaluate_squad(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options,
                           const Watch& watch) {
  check_task(model, Task::question_answering);
  auto questions = read_squad(data);
  keep_first(questions, options.limit);
  const auto start = Clock::now();
  PredictOptions reading = options.reading;
  if (reading.max_length == 0) reading.max_length = std::min<std::size_t>(384, model.info().max_positions);
  const auto answers = predict_all<AnswerPrediction>(model, inputs_of(questions), reading, watch,
                                                     [&](std::size_t i) { return "question " + questions[i].id; });
  std::optional<double> threshold = options.null_threshold;
  if (!threshold) threshold = default_null_threshold(questions);
  if (!reading.null_allowed) threshold.reset();
  SquadScores scores = score_squad(questions, answers, threshold);
  scores.seconds = seconds_since(start);
  return scores;
}

ClassificationScores evaluate_classification(const Model& model, const std::filesystem::path& data,
                                             const EvaluateOptions& options, const Watch& watch) {
  check_task(model, Task::sequence_classification);
  if (model.info().outputs == OutputMeaning::value) {
    throw Error({.file = model.info().name,
                 .thing = "the model's output",
                 .found = "a number (regression)",
                 .expected = "a model that chooses a label"});
  }
  std::vector<std::string> warnings;
  auto rows = read_labelled(data, model.info().labels, RowFields(options.columns), &warnings);
  keep_first(rows, options.limit);
  const auto start = Clock::now();
  std::vector<std::size_t> labels;
  const auto predictions = predict_all<LabelPrediction>(model, inputs_of(rows), options.reading, watch,
                                                        [](std::size_t i) { return fmt::format("row {}", i + 1); });
  for (const auto& prediction : predictions) labels.push_back(prediction.index);
  ClassificationScores scores = score_labels(rows, labels, model.info().labels);
  scores.seconds = seconds_since(start);
  scores.warnings = std::move(warnings);
  scores.cut_rows = static_cast<std::size_t>(std::ranges::count_if(
      rows, [&](const LabelledInput& row) { return !model.warnings(row.input, options.reading).empty(); }));
  return scores;
}

EntityScores evaluate_tokens(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options,
                             const Watch& watch) {
  check_task(model, Task::token_classification);
  auto sentences = read_conll(data);
  keep_first(sentences, options.limit);
  const auto start = Clock::now();
  std::vector<std::vector<std::string>> words, tags;
  for (const auto& sentence : sentences) words.push_back(sentence.words);
  const auto run = [&](const std::vector<std::vector<std::string>>& part, const Watch& inner) {
    return model.predict_words(part, options.reading, inner);
  };
  const auto labels = run_all(words, watch, run, [](std::size_t i) { return fmt::format("sentence {}", i + 1); });
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    auto& row = tags.emplace_back(sentences[i].words.size(), "O");
    for (const auto& label : labels[i]) row[label.token] = label.label;
  }
  EntityScores scores = score_entities(sentences, tags);
  std::set<std::string> known;
  for (const std::string& tag : standard_tags(model.info().labels)) known.emplace(entity_type(tag));
  for (const auto& [type, score] : scores.labels)
    if (!known.contains(type))
      scores.warnings.push_back(fmt::format("the model has no label for {} of the data, which counts as missed", type));
  scores.seconds = seconds_since(start);
  return scores;
}

}  // namespace limn
