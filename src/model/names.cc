#include "model/names.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace limn {
namespace {

using enum Task;

HeadNames on_every_token(Task task, std::string linear) {
  return {task, Pooling::none, {{.linear = std::move(linear)}}};
}

/// dense, activation, norm, and a product with the word embeddings.
HeadNames masked_words(std::optional<Activation> activation, std::string dense, std::string norm, std::string decoder,
                       std::string bias) {
  return {masked_lm,
          Pooling::none,
          {{.linear = std::move(dense), .activation = activation, .norm = std::move(norm)},
           {.linear = std::move(decoder), .bias = std::move(bias), .tied = true}}};
}

HeadNames on_first_token(std::optional<Activation> activation, std::string dense, std::string linear) {
  return {sequence_classification,
          Pooling::first,
          {{.linear = std::move(dense), .activation = activation}, {.linear = std::move(linear)}}};
}

FamilyNames bert() {
  return {
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
      .heads = {on_every_token(question_answering, "qa_outputs"), on_every_token(token_classification, "classifier"),
                on_first_token(Activation::tanh, "bert.pooler.dense", "classifier"),
                masked_words({}, "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm",
                             "cls.predictions.decoder", "cls.predictions.bias")},
  };
}

FamilyNames distilbert() {
  return {
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
      .heads = {on_every_token(question_answering, "qa_outputs"), on_every_token(token_classification, "classifier"),
                on_first_token(Activation::relu, "pre_classifier", "classifier"),
                masked_words({}, "vocab_transform", "vocab_layer_norm", "vocab_projector", {})},
  };
}

/// Also XLM-RoBERTa and CamemBERT.
FamilyNames roberta(std::string model_type) {
  FamilyNames names = renamed(bert(), "roberta.");
  names.model_type = std::move(model_type);
  names.heads = {
      on_every_token(question_answering, "qa_outputs"), on_every_token(token_classification, "classifier"),
      on_first_token(Activation::tanh, "classifier.dense", "classifier.out_proj"),
      masked_words(Activation::gelu, "lm_head.dense", "lm_head.layer_norm", "lm_head.decoder", "lm_head.bias")};
  return names;
}

FamilyNames electra() {
  FamilyNames names = renamed(bert(), "electra.");
  names.model_type = "electra";
  names.projection = "electra.embeddings_project";
  names.heads = {on_every_token(question_answering, "qa_outputs"), on_every_token(token_classification, "classifier"),
                 on_first_token(Activation::gelu, "classifier.dense", "classifier.out_proj"),
                 masked_words(Activation::gelu, "generator_predictions.dense", "generator_predictions.LayerNorm",
                              "generator_lm_head", {})};
  return names;
}

FamilyNames albert() {
  const std::string layer = "albert.encoder.albert_layer_groups.#.albert_layers.0.";
  return {
      .model_type = "albert",
      .prefix = "albert.",
      .word = "albert.embeddings.word_embeddings",
      .position = "albert.embeddings.position_embeddings",
      .token_type = "albert.embeddings.token_type_embeddings",
      .embedding_norm = "albert.embeddings.LayerNorm",
      .projection = "albert.encoder.embedding_hidden_mapping_in",
      .query = layer + "attention.query",
      .key = layer + "attention.key",
      .value = layer + "attention.value",
      .output = layer + "attention.dense",
      .attention_norm = layer + "attention.LayerNorm",
      .up = layer + "ffn",
      .down = layer + "ffn_output",
      .feed_forward_norm = layer + "full_layer_layer_norm",
      .heads = {on_every_token(question_answering, "qa_outputs"), on_every_token(token_classification, "classifier"),
                on_first_token(Activation::tanh, "albert.pooler", "classifier"),
                masked_words({}, "predictions.dense", "predictions.LayerNorm", "predictions.decoder",
                             "predictions.bias")},
  };
}

FamilyNames mpnet() {
  FamilyNames names = renamed(bert(), "mpnet.");
  names.model_type = "mpnet";
  names.query = "mpnet.encoder.layer.#.attention.attn.q";
  names.key = "mpnet.encoder.layer.#.attention.attn.k";
  names.value = "mpnet.encoder.layer.#.attention.attn.v";
  names.output = "mpnet.encoder.layer.#.attention.attn.o";
  names.attention_norm = "mpnet.encoder.layer.#.attention.LayerNorm";
  names.relative = "mpnet.encoder.relative_attention_bias";
  names.heads = roberta({}).heads;
  return names;
}

FamilyNames deberta() {
  FamilyNames names = renamed(bert(), "deberta.");
  names.model_type = "deberta-v2";
  names.query = "deberta.encoder.layer.#.attention.self.query_proj";
  names.key = "deberta.encoder.layer.#.attention.self.key_proj";
  names.value = "deberta.encoder.layer.#.attention.self.value_proj";
  names.relative = "deberta.encoder.rel_embeddings";
  names.relative_norm = "deberta.encoder.LayerNorm";
  names.position_key = "deberta.encoder.layer.#.attention.self.pos_key_proj";
  names.position_query = "deberta.encoder.layer.#.attention.self.pos_query_proj";
  names.convolution = "deberta.encoder.conv.conv";
  names.convolution_norm = "deberta.encoder.conv.LayerNorm";
  names.heads = {on_every_token(question_answering, "qa_outputs"), on_every_token(token_classification, "classifier"),
                 on_first_token({}, "pooler.dense", "classifier"),
                 masked_words({}, "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm",
                              "cls.predictions.decoder", "cls.predictions.bias"),
                 // The authors' own head, as in microsoft/deberta-v3-base; its decoder is always the word embeddings.
                 masked_words({}, "lm_predictions.lm_head.dense", "lm_predictions.lm_head.LayerNorm",
                              "lm_predictions.lm_head.decoder", "lm_predictions.lm_head.bias")};
  return names;
}

FamilyNames modernbert() {
  const StepNames dense = {
      .linear = "head.dense", .activation = {}, .norm = "head.norm", .has_bias = StepNames::Bias::head};
  const StepNames decoder = {.linear = "decoder", .tied = true, .has_bias = StepNames::Bias::decoder};
  return {
      .model_type = "modernbert",
      .prefix = "model.",
      .word = "model.embeddings.tok_embeddings",
      .position = {},
      .token_type = {},
      .embedding_norm = "model.embeddings.norm",
      .query = "model.layers.#.attn.Wqkv",
      .key = {},
      .value = {},
      .output = "model.layers.#.attn.Wo",
      .attention_norm = "model.layers.#.attn_norm",
      .up = "model.layers.#.mlp.Wi",
      .down = "model.layers.#.mlp.Wo",
      .feed_forward_norm = "model.layers.#.mlp_norm",
      .final_norm = "model.final_norm",
      .heads = {{question_answering, Pooling::none, {dense, {.linear = "classifier"}}},
                {token_classification, Pooling::none, {dense, {.linear = "classifier"}}},
                {sequence_classification, Pooling::first, {dense, {.linear = "classifier"}}},
                {masked_lm, Pooling::none, {dense, decoder}}},
  };
}

}  // namespace

const FamilyNames& family_names(std::string_view model_type) {
  static const std::vector<FamilyNames> families = {
      bert(),  distilbert(), roberta("roberta"), roberta("xlm-roberta"), roberta("camembert"), electra(), albert(),
      mpnet(), deberta(),    modernbert()};
  const auto found = std::ranges::find(families, model_type, &FamilyNames::model_type);
  assert(found != families.end());
  return *found;
}

FamilyNames renamed(FamilyNames names, const std::string& prefix) {
  const auto rename = [&](std::string& name) {
    if (name.starts_with(names.prefix)) name.replace(0, names.prefix.size(), prefix);
  };
  for (std::string* name : {&names.word,
                            &names.position,
                            &names.token_type,
                            &names.embedding_norm,
                            &names.projection,
                            &names.query,
                            &names.key,
                            &names.value,
                            &names.output,
                            &names.attention_norm,
                            &names.up,
                            &names.down,
                            &names.feed_forward_norm,
                            &names.relative,
                            &names.relative_norm,
                            &names.position_key,
                            &names.position_query,
                            &names.convolution,
                            &names.convolution_norm,
                            &names.final_norm})
    rename(*name);
  for (HeadNames& head : names.heads)
    for (StepNames& step : head.steps) rename(step.linear);
  names.prefix = prefix;
  return names;
}

std::vector<std::string> spellings(const FamilyNames& names, const std::string& name) {
  std::vector<std::string> result = {name};
  if (!names.prefix.empty() && name.starts_with(names.prefix)) result.push_back(name.substr(names.prefix.size()));
  struct Renamed {
    std::string_view now, before;
  };
  for (const auto& [now, before] : {Renamed{"LayerNorm.weight", "gamma"}, Renamed{"LayerNorm.bias", "beta"}}) {
    if (!name.ends_with(now)) continue;
    for (std::size_t i = 0, count = result.size(); i < count; ++i) {
      const std::string& modern = result[i];
      result.push_back(modern.substr(0, modern.rfind('.') + 1) + std::string(before));
    }
  }
  return result;
}

}  // namespace limn
