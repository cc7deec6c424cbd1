#include "model/names.h"

#include <algorithm>
#include <cassert>

namespace limn {

const FamilyNames& family_names(std::string_view model_type) {
  using enum Task;
  static const std::vector<FamilyNames> families = {
      {
          .model_type = "bert",
          .prefix = "bert.",
          .word = "bert.embeddings.word_embeddings",
          .position = "bert.embeddings.position_embeddings",
          .token_type = "bert.embeddings.token_type_embeddings",
          .embedding_norm = "bert.embeddings.LayerNorm",
          .query = "bert.encoder.layer.#.attention.self.query",
          .key = "bert.encoder.layer.#.attention.self.key",
          .value = "bert.encoder.layer.#.attention.self.value",
          .output = "bert.encoder.layer.#.attention.output.dense",
          .attention_norm = "bert.encoder.layer.#.attention.output.LayerNorm",
          .up = "bert.encoder.layer.#.intermediate.dense",
          .down = "bert.encoder.layer.#.output.dense",
          .feed_forward_norm = "bert.encoder.layer.#.output.LayerNorm",
          .heads = {{question_answering, Pooling::none, {{.linear = "qa_outputs"}}},
                    {token_classification, Pooling::none, {{.linear = "classifier"}}},
                    {sequence_classification,
                     Pooling::first,
                     {{.linear = "bert.pooler.dense", .activation = Activation::tanh}, {.linear = "classifier"}}},
                    {masked_lm,
                     Pooling::none,
                     {{.linear = "cls.predictions.transform.dense",
                       .activation = {},
                       .norm = "cls.predictions.transform.LayerNorm"},
                      {.linear = "cls.predictions.decoder", .bias = "cls.predictions.bias", .tied = true}}}},
      },
      {
          .model_type = "distilbert",
          .prefix = "distilbert.",
          .word = "distilbert.embeddings.word_embeddings",
          .position = "distilbert.embeddings.position_embeddings",
          .token_type = {},
          .embedding_norm = "distilbert.embeddings.LayerNorm",
          .query = "distilbert.transformer.layer.#.attention.q_lin",
          .key = "distilbert.transformer.layer.#.attention.k_lin",
          .value = "distilbert.transformer.layer.#.attention.v_lin",
          .output = "distilbert.transformer.layer.#.attention.out_lin",
          .attention_norm = "distilbert.transformer.layer.#.sa_layer_norm",
          .up = "distilbert.transformer.layer.#.ffn.lin1",
          .down = "distilbert.transformer.layer.#.ffn.lin2",
          .feed_forward_norm = "distilbert.transformer.layer.#.output_layer_norm",
          .heads = {{question_answering, Pooling::none, {{.linear = "qa_outputs"}}},
                    {token_classification, Pooling::none, {{.linear = "classifier"}}},
                    {sequence_classification,
                     Pooling::first,
                     {{.linear = "pre_classifier", .activation = Activation::relu}, {.linear = "classifier"}}},
                    {masked_lm,
                     Pooling::none,
                     {{.linear = "vocab_transform", .activation = {}, .norm = "vocab_layer_norm"},
                      {.linear = "vocab_projector", .tied = true}}}},
      },
  };
  const auto found = std::ranges::find(families, model_type, &FamilyNames::model_type);
  assert(found != families.end());
  return *found;
}

std::vector<std::string> spellings(const FamilyNames& names, const std::string& name) {
  std::vector<std::string> result = {name};
  if (name.starts_with(names.prefix)) result.push_back(name.substr(names.prefix.size()));
  struct Renamed {
    std::string_view now, before;
  };
  for (const auto& [now, before] : {Renamed{"LayerNorm.weight", "gamma"}, Renamed{"LayerNorm.bias", "beta"}}) {
    if (!name.ends_with(now)) continue;
    for (std::size_t i = 0, count = result.size(); i < count; i++) {
      const std::string& modern = result[i];
      result.push_back(modern.substr(0, modern.rfind('.') + 1) + std::string(before));
    }
  }
  return result;
}

}  // namespace limn
