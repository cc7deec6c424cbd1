#include "limn/limn.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/attempt.h"
#include "base/parallel.h"
#include "evaluate/explained_faithfulness.h"
#include "explain/attack/attack.h"
#include "explain/explainer.h"
#include "explain/similarity.h"
#include "explain/views/attention_view.h"
#include "explain/views/heatmap.h"
#include "limn/calibration.h"
#include "task/embedding.h"
#include "task/relevance.h"

namespace limn {
namespace {

std::vector<Result<std::vector<Explanation>>> explain_only(const Explainer& explainer, std::span<const Input> inputs,
                                                           const ChosenMethod& method, const ExplainOptions& options,
                                                           bool all_entities, const Watch& watch) {
  return explain(explainer, inputs, method, options, all_entities, watch);
}

}  // namespace

struct Model::Implementation {
  Explainer explainer;
  std::optional<Calibration> calibration = {};

  /// @param folder where a calibration may be
  static std::shared_ptr<const Implementation> with_calibration(Pipeline pipeline,
                                                                const std::filesystem::path& folder) {
    const std::shared_ptr<Implementation> loaded(new Implementation{Explainer(std::move(pipeline))});
    const std::filesystem::path file = folder / calibration_file;
    if (std::filesystem::exists(file)) loaded->calibration = read_calibration(file, loaded->explainer.pipeline().info);
    return loaded;
  }

  void set_confidence(Prediction& prediction) const {
    if (!calibration) return;
    const std::optional<double> confidence = confidence_of(*calibration, prediction);
    if (auto* answer = std::get_if<AnswerPrediction>(&prediction)) answer->confidence = confidence;
    if (auto* label = std::get_if<LabelPrediction>(&prediction)) label->confidence = confidence;
    if (auto* entities = std::get_if<EntityPrediction>(&prediction))
      for (Entity& entity : entities->entities) entity.confidence = entity_confidence(*calibration, entity.probability);
  }

  auto explain(const std::vector<Input>& inputs, const ChosenMethod& method, const ExplainOptions& options,
               bool all_entities, const Watch& watch) const {
    auto results = (options.faithfulness ? explain_measured : explain_only)(explainer, inputs, method, options,
                                                                            all_entities, watch);
    for (auto& result : results)
      if (result)
        for (Explanation& explanation : *result) set_confidence(explanation.prediction);
    return results;
  }
};

Model::Model(std::shared_ptr<const Implementation> implementation) : implementation_(std::move(implementation)) {}

Model Model::load(const std::filesystem::path& folder) {
  return Model(Implementation::with_calibration(load_pipeline(folder), folder));
}

Model Model::load(const std::filesystem::path& adapter, const std::filesystem::path& base) {
  return Model(Implementation::with_calibration(load_pipeline_with_adapter(adapter, base), adapter));
}

Model Model::load(MemoryCheckpoint checkpoint) {
  return Model(
      std::shared_ptr<const Implementation>(new Implementation{Explainer(load_pipeline(std::move(checkpoint)))}));
}

Model Model::load_randomized(const std::filesystem::path& folder, std::size_t parts, std::uint64_t seed) {
  Pipeline pipeline = load_pipeline(folder, {.parts = parts, .seed = seed});
  return Model(std::shared_ptr<const Implementation>(new Implementation{Explainer(std::move(pipeline))}));
}

const ModelInfo& Model::info() const { return implementation_->explainer.pipeline().info; }

namespace {

/// What the model reads of an input; of two texts to embed, the first.
Encoding encoding_of(const Pipeline& pipeline, const Input& input, const PredictOptions& options) {
  const std::size_t length = max_length(pipeline, options);
  if (pipeline.sentence) return encode_sentence(pipeline, input.text, options.prompt, length);
  return pipeline.tokenizer.encode(input.text, input.pair, length);
}

}  // namespace

TokenizedInput Model::tokenize(const Input& input, const PredictOptions& options) const {
  const Pipeline& pipeline = implementation_->explainer.pipeline();
  const Encoding encoding = encoding_of(pipeline, input, options);
  return {.tokens = tokens_of(pipeline.tokenizer, encoding),
          .type_ids = encoding.type_ids,
          .cut_tokens = encoding.cut_tokens};
}

std::vector<std::string> Model::warnings(const Input& input, const PredictOptions& options) const {
  const Pipeline& pipeline = implementation_->explainer.pipeline();
  const InputWindows read(pipeline, input, options);
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < read.size(); ++i) {
    const Encoding encoding = read[i];
    std::ranges::move(reading_warnings({&encoding, 1}), std::back_inserter(warnings));
  }
  if (auto windows = windows_notice(pipeline.info.task, read.size())) warnings.push_back(std::move(*windows));
  return warnings;
}

Prediction Model::predict(const Input& input, const PredictOptions& options, const Watch& watch) const {
  return predict(std::vector<Input>{input}, options, watch).front().value();
}

std::vector<Result<Prediction>> Model::predict(const std::vector<Input>& inputs, const PredictOptions& options,
                                               const Watch& watch) const {
  auto results = limn::predict(implementation_->explainer.pipeline(), inputs, options, watch);
  for (auto& result : results)
    if (result) implementation_->set_confidence(*result);
  return results;
}

std::vector<Result<std::vector<TokenLabel>>> Model::predict_words(
    const std::vector<std::vector<std::string>>& sentences, const PredictOptions& options, const Watch& watch) const {
  return limn::predict_words(implementation_->explainer.pipeline(), sentences, options, watch);
}

Explanation Model::explain(const Input& input, const ChosenMethod& method, const ExplainOptions& options,
                           const Watch& watch) const {
  return std::move(explain(std::vector<Input>{input}, method, options, watch).front()).value();
}

Explanation Model::explain(std::string_view text, const ChosenMethod& method, const ExplainOptions& options,
                           const Watch& watch) const {
  return explain(Input{.text = std::string(text), .pair = std::nullopt}, method, options, watch);
}

Explanation Model::explain(std::string_view question, std::string_view context, const ChosenMethod& method,
                           const ExplainOptions& options, const Watch& watch) const {
  return explain(Input{.text = std::string(question), .pair = std::string(context)}, method, options, watch);
}

std::vector<Result<Explanation>> Model::explain(const std::vector<Input>& inputs, const ChosenMethod& method,
                                                const ExplainOptions& options, const Watch& watch) const {
  std::vector<Result<Explanation>> first;
  for (auto& result : implementation_->explain(inputs, method, options, false, watch))
    first.push_back(attempt([&] { return std::move(result->front()); }));
  return first;
}

std::vector<Explanation> Model::explain_all(const Input& input, const ChosenMethod& method,
                                            const ExplainOptions& options, const Watch& watch) const {
  return std::move(explain_all(std::vector<Input>{input}, method, options, watch).front()).value();
}

std::vector<Result<std::vector<Explanation>>> Model::explain_all(const std::vector<Input>& inputs,
                                                                 const ChosenMethod& method,
                                                                 const ExplainOptions& options,
                                                                 const Watch& watch) const {
  return implementation_->explain(inputs, method, options, true, watch);
}

std::vector<Result<InputFaithfulness>> Model::faithfulness(const std::vector<Input>& inputs,
                                                           const std::vector<ListedMethod>& methods,
                                                           const FaithfulnessOptions& options,
                                                           const Watch& watch) const {
  return measure_faithfulness(implementation_->explainer, inputs, methods, options, watch);
}

Similarity Model::similar(const Input& input, const ChosenMethod& method, const ExplainOptions& options,
                          const Watch& watch) const {
  return limn::similar(implementation_->explainer, input, method, options, watch);
}

std::vector<Relevance> Model::rank(std::string_view question, const std::vector<std::string>& passages,
                                   const PredictOptions& options, const Watch& watch) const {
  return limn::rank(implementation_->explainer.pipeline(), question, passages, options, watch);
}

Attack Model::hotflip(const Input& input, const AttackOptions& options, const Watch& watch) const {
  return limn::hotflip(implementation_->explainer, input, options, watch);
}

Attack Model::reduce_input(const Input& input, const AttackOptions& options, const Watch& watch) const {
  return limn::reduce_input(implementation_->explainer, input, options, watch);
}

Explanation Model::heatmap(const Input& input, const ExplainOptions& options, const Watch& watch) const {
  return limn::heatmap(implementation_->explainer, input, options, watch);
}

AttentionMaps Model::attention(const Input& input, const PredictOptions& options, const Watch& watch) const {
  return attention_maps(implementation_->explainer.pipeline(), input, options, watch);
}

void set_threads(std::size_t threads) { resize_thread_pool(threads); }

}  // namespace limn
