#include "evaluate/evaluation.h"

#include <algorithm>
#include <cassert>

#include "limn/error.h"

namespace limn {
namespace {

constexpr std::size_t batch = 64;  // inputs: enough to fill the model's passes, few enough to see progress

/// Calls take(i, result) for each item with what `predict` says of input(item).
template <class Item, class MakeInput, class Predict, class Take>
void in_batches(std::span<const Item> items, MakeInput input, const Predict& predict, const Progress& progress,
                Take take) {
  std::vector<std::decay_t<std::invoke_result_t<MakeInput, const Item&>>> inputs;
  for (std::size_t begin = 0; begin < items.size(); begin += inputs.size()) {
    inputs.clear();
    for (const Item& item : items.subspan(begin, std::min(batch, items.size() - begin))) inputs.push_back(input(item));
    auto results = predict(inputs);
    assert(results.size() == inputs.size());
    for (std::size_t i = 0; i < results.size(); ++i) take(begin + i, std::move(results[i]));
    if (progress) progress(begin + inputs.size(), items.size());
  }
}

}  // namespace

SquadScores evaluate_squad(std::span<const SquadQuestion> questions, std::optional<double> null_threshold,
                           const Predict& predict, const Progress& progress) {
  std::vector<AnswerPrediction> predictions(questions.size());
  in_batches(
      questions, [](const SquadQuestion& question) { return question.input; }, predict, progress,
      [&](std::size_t i, Prediction prediction) {
        predictions[i] = std::get<AnswerPrediction>(std::move(prediction));
      });
  return score_squad(questions, predictions, null_threshold);
}

ClassificationScores evaluate_classification(std::span<const LabelledInput> rows, std::span<const std::string> labels,
                                             const Predict& predict, const Progress& progress) {
  std::vector<std::size_t> predicted(rows.size());
  in_batches(
      rows, [](const LabelledInput& row) { return row.input; }, predict, progress,
      [&](std::size_t i, const Prediction& prediction) {
        const auto& label = std::get<LabelPrediction>(prediction);
        if (label.multi_label || labels.size() < 2) {
          throw Error({.thing = "the model",
                       .found = label.multi_label ? "several labels for one text" : "a single output",
                       .expected = "at least two labels, of which one is right"});
        }
        predicted[i] = label.index;
      });
  return score_labels(rows, predicted, labels);
}

EntityScores evaluate_tokens(std::span<const TaggedSentence> sentences, const PredictWords& predict,
                             const Progress& progress) {
  std::vector<std::vector<std::string>> predicted(sentences.size());
  in_batches(
      sentences, [](const TaggedSentence& sentence) { return sentence.words; }, predict, progress,
      [&](std::size_t i, const std::vector<TokenLabel>& labels) {
        predicted[i].assign(sentences[i].words.size(), "O");
        for (const TokenLabel& label : labels) predicted[i].at(label.token) = label.label;
      });
  return score_entities(sentences, predicted);
}

}  // namespace limn
