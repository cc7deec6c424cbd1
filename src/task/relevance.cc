#include "task/relevance.h"

#include <algorithm>

#include "limn/error.h"
#include "task/embedding.h"

namespace limn {
namespace {

/// The number by which a cross-encoder ranks. @throws Error if the model is none.
double relevance_of(const Pipeline& pipeline, const Prediction& prediction) {
  const auto& label = std::get<LabelPrediction>(prediction);
  if (label.meaning == OutputMeaning::value && label.values.size() == 1) return label.values.front().second;
  if (label.meaning == OutputMeaning::single) return label.probability;
  throw Error({.file = pipeline.info.name,
               .thing = "the model's outputs",
               .found = std::to_string(pipeline.head().labels.size()),
               .expected = "one, as cross-encoders have"});
}

std::vector<double> by_cross_encoder(const Pipeline& pipeline, std::string_view question,
                                     const std::vector<std::string>& passages, const PredictOptions& options,
                                     const Watch& watch) {
  std::vector<Input> inputs;
  for (const std::string& passage : passages) inputs.push_back({.text = std::string(question), .pair = passage});
  std::vector<double> scores;
  for (const auto& prediction : predict(pipeline, inputs, options, watch))
    scores.push_back(relevance_of(pipeline, prediction.value()));
  return scores;
}

std::vector<double> by_cosine(const Pipeline& pipeline, std::string_view question,
                              const std::vector<std::string>& passages, const PredictOptions& options,
                              const Watch& watch) {
  const PredictOptions reading = retrieval_options(pipeline, options);
  PredictOptions of_passages = reading;
  of_passages.prompt = reading.pair_prompt;
  std::vector<Input> inputs;
  for (const std::string& passage : passages) inputs.push_back({.text = passage, .pair = {}});
  const Input asked = {.text = std::string(question), .pair = {}};
  const auto query = predict(pipeline, {&asked, 1}, reading, watch);
  const auto unit = unit_vector(std::get<Embedding>(query.front().value()).values);
  std::vector<double> scores;
  for (const auto& embedded : predict(pipeline, inputs, of_passages, watch))
    scores.push_back(cosine(std::get<Embedding>(embedded.value()).values, *unit));
  return scores;
}

}  // namespace

PredictOptions retrieval_options(const Pipeline& pipeline, const PredictOptions& options) {
  PredictOptions result = options;
  if (!pipeline.sentence) return result;
  const auto& prompts = pipeline.sentence->prompts;
  if (!result.prompt && prompts.contains("query")) result.prompt = "query";
  if (result.pair_prompt) return result;
  for (const char* name : {"document", "passage", "corpus"}) {
    if (!prompts.contains(name)) continue;
    result.pair_prompt = name;
    break;
  }
  return result;
}

std::vector<Relevance> rank(const Pipeline& pipeline, std::string_view question,
                            const std::vector<std::string>& passages, const PredictOptions& options,
                            const Watch& watch) {
  const Task task = pipeline.info.task;
  if (task != Task::sentence_embedding && task != Task::sequence_classification)
    throw Error({.file = pipeline.info.name,
                 .thing = "the model's task",
                 .found = std::string(name(task)),
                 .expected = "a cross-encoder (sequence-classification) or sentence-embedding"});
  if (passages.empty()) return {};
  const std::vector<double> scores = task == Task::sentence_embedding
                                         ? by_cosine(pipeline, question, passages, options, watch)
                                         : by_cross_encoder(pipeline, question, passages, options, watch);
  std::vector<Relevance> ranked;
  for (std::size_t i = 0; i < scores.size(); ++i) ranked.push_back({i, scores[i]});
  std::ranges::stable_sort(ranked, std::ranges::greater{}, &Relevance::score);
  return ranked;
}

}  // namespace limn
