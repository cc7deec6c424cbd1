#include "model/config.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/json.h"
#include "limn/error.h"
#include "model/config_fields.h"
#include "model/head_config.h"
#include "model/labels.h"
#include "model/sentence_modules.h"
#include "model/tensor_files.h"

namespace limn {
namespace {

using Json = nlohmann::json;

constexpr std::size_t widest_convolution = 31;
// Several times the deepest encoders. Layers that share their weights (ALBERT) could be many more than the file has.
constexpr std::size_t most_layers = 1024;
// Elements of a relative-position table (R, C) times layers: 2 GB.
constexpr std::size_t most_projected = std::size_t{1} << 29;

// ---- one adapter per family from config.json to Config -----------------------------------------------------------

/// Reads the fields that all families have, in all their spellings.
void common(const Fields& fields, Config& config) {
  EncoderConfig& encoder = config.encoder;
  encoder.layers = fields.size({"num_hidden_layers", "n_layers"}, {}, most_layers);
  encoder.hidden_size = encoder.embedding_size = fields.size({"hidden_size", "dim"});
  encoder.heads = fields.size({"num_attention_heads", "n_heads"});
  encoder.intermediate_size = fields.size({"intermediate_size", "hidden_dim"});
  encoder.vocabulary = fields.size({"vocab_size"});
  encoder.max_positions = fields.size({"max_position_embeddings"});
  encoder.activation = fields.activation({"hidden_act", "activation", "hidden_activation"}, "gelu");
  encoder.norm_epsilon = fields.epsilon({"layer_norm_eps", "layer_norm_epsilon"}, 1e-12f);
  config.head.activation = encoder.activation;
  if (encoder.hidden_size % encoder.heads != 0) {
    fields.fail({"num_attention_heads", "n_heads"},
                "a divisor of the hidden size, which is " + std::to_string(encoder.hidden_size));
  }
  if (fields.flag({"is_decoder"})) fields.fail({"is_decoder"}, "false: limn reads encoders");
  fields.require("position_embedding_type", "absolute");
}

void bert(const Fields& fields, Config& config) {
  common(fields, config);
  config.encoder.token_types = fields.size({"type_vocab_size"}, 2);
}

void distilbert(const Fields& fields, Config& config) {
  common(fields, config);
  config.encoder.norm_epsilon = 1e-12f;  // a constant in DistilBERT; there are no token types
}

/// Positions count from the padding token's id + 1, as in fairseq.
void count_from_padding(EncoderConfig& encoder, std::size_t padding, const Fields& fields) {
  if (encoder.max_positions <= padding + 1)
    fields.fail({"max_position_embeddings"}, "more than " + std::to_string(padding + 1) + ", the first position");
  encoder.padding = padding;
  encoder.max_positions -= padding + 1;
}

void roberta(const Fields& fields, Config& config) {
  bert(fields, config);
  const std::size_t padding = fields.find({"pad_token_id"}) == nullptr ? 1 : fields.size_if_any({"pad_token_id"});
  count_from_padding(config.encoder, padding, fields);
}

void electra(const Fields& fields, Config& config) {
  bert(fields, config);
  config.encoder.embedding_size = fields.size({"embedding_size"}, 128);
  config.encoder.projection = config.encoder.embedding_size != config.encoder.hidden_size;
}

void albert(const Fields& fields, Config& config) {
  bert(fields, config);
  config.encoder.embedding_size = fields.size({"embedding_size"}, 128);
  config.encoder.projection = true;
  config.encoder.layer_groups = fields.size({"num_hidden_groups"}, 1, config.encoder.layers);
  fields.require("inner_group_num", 1);
}

void mpnet(const Fields& fields, Config& config) {
  common(fields, config);
  count_from_padding(config.encoder, 1, fields);  // independent of pad_token_id
  fields.require("relative_attention_num_buckets", 32);
  config.encoder.relative = {.kind = RelativePositions::Kind::bias, .buckets = 32};
}

/// Reads pos_att_type: a list, or "p2c|c2p" in the oldest files.
void read_products(const Fields& fields, RelativePositions& relative) {
  const Json* value = fields.find({"pos_att_type"});
  std::vector<std::string> names;
  if (value != nullptr && value->is_string()) {
    std::istringstream text(value->get<std::string>());
    for (std::string name; std::getline(text, name, '|');) names.push_back(name);
  } else if (value != nullptr) {
    if (!value->is_array()) fields.fail({"pos_att_type"}, "a list of c2p, p2c");
    for (const Json& name : *value) names.push_back(name.is_string() ? name.get<std::string>() : "");
  }
  for (const std::string& name : names)
    if (name == "c2p")
      relative.content_to_position = true;
    else if (name == "p2c")
      relative.position_to_content = true;
    else
      fields.fail({"pos_att_type"}, "c2p, p2c or both");
}

void deberta(const Fields& fields, Config& config) {
  common(fields, config);
  EncoderConfig& encoder = config.encoder;
  encoder.norm_epsilon = fields.epsilon({"layer_norm_eps"}, 1e-7f);
  encoder.token_types = fields.size_if_any({"type_vocab_size"});
  encoder.position_table = fields.flag({"position_biased_input"}, true);
  fields.require("embedding_size", encoder.hidden_size);
  fields.require("attention_head_size", encoder.hidden_size / encoder.heads);
  fields.require("pooler_hidden_size", encoder.hidden_size);
  if (config.head.task == Task::sequence_classification)
    config.head.activation = fields.activation({"pooler_hidden_act"}, "gelu");

  RelativePositions& relative = encoder.relative;
  relative.kind = RelativePositions::Kind::disentangled;
  read_products(fields, relative);
  if (!fields.flag({"relative_attention"})) {
    if (relative.content_to_position || relative.position_to_content)
      fields.fail({"relative_attention"}, "true, since pos_att_type is not empty");
    relative.kind = RelativePositions::Kind::none;
  }
  const std::size_t largest = fields.size_if_any({"max_relative_positions"});
  relative.largest = largest > 0 ? largest : fields.size({"max_position_embeddings"});
  relative.buckets = fields.size_if_any({"position_buckets"});
  if (relative.buckets == 1 || (relative.buckets > 0 && relative.largest < relative.buckets / 2 + 2)) {
    fields.fail({"position_buckets"},
                "at least 2, and fewer than twice the " + std::to_string(relative.largest) + " distances");
  }
  const std::size_t rows = 2 * (relative.buckets > 0 ? relative.buckets : relative.largest);
  if (rows > most_projected / encoder.hidden_size / encoder.layers)
    fields.fail({"position_buckets", "max_relative_positions"}, "few enough to store their projections in every layer");
  relative.shared_projections = fields.flag({"share_att_key"});
  const std::string norm = fields.text({"norm_rel_ebd"}).value_or("none");
  if (norm != "none" && norm != "layer_norm") fields.fail({"norm_rel_ebd"}, "none or layer_norm");
  relative.norm = norm == "layer_norm";

  ConvolutionConfig& convolution = encoder.convolution;
  convolution.width = fields.size_if_any({"conv_kernel_size"}, widest_convolution);
  if (convolution.width > 0 && convolution.width % 2 == 0) fields.fail({"conv_kernel_size"}, "an odd number");
  convolution.groups = fields.size({"conv_groups"}, 1);
  if (encoder.hidden_size % convolution.groups != 0) fields.fail({"conv_groups"}, "a divisor of the hidden size");
  convolution.activation = fields.activation({"conv_act"}, "tanh");
}

/// The local layers of a ModernBERT: those that layer_types lists, or else all but every n-th.
std::vector<bool> local_layers(const Fields& fields, std::size_t layers) {
  const std::size_t period = fields.size({"global_attn_every_n_layers"}, 3);
  const Json* types = fields.find({"layer_types"});
  if (types != nullptr && (!types->is_array() || types->size() != layers))
    fields.fail({"layer_types"}, "a list of one type for each of the " + std::to_string(layers) + " layers");
  std::vector<bool> is_local;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const Json& type = types == nullptr ? Json() : (*types)[layer];
    if (types != nullptr && type != "full_attention" && type != "sliding_attention")
      fields.fail_at({"layer_types"}, shown(type), "full_attention or sliding_attention");
    is_local.push_back(types != nullptr ? type == "sliding_attention" : layer % period != 0);
  }
  return is_local;
}

/// The rotary base of one kind of layers. @param kind its name in transformers 5. @param before its field in
/// transformers 4.
float theta(const Fields& fields, std::string_view kind, std::string_view before, float fallback) {
  constexpr float smallest = 1, largest = 1e12f;
  const float before_that = fields.number({before}, fallback, smallest, largest);
  if (const auto all = fields.object("rope_parameters")) {
    if (const auto one = all->object(kind)) {
      one->require("rope_type", "default");
      return one->number({"rope_theta"}, before_that, smallest, largest);
    }
  }
  return before_that;
}

void modernbert(const Fields& fields, Config& config) {
  common(fields, config);
  EncoderConfig& encoder = config.encoder;
  encoder.activation = fields.activation({"hidden_activation"}, "gelu");
  encoder.norm_epsilon = fields.epsilon({"norm_eps"}, 1e-5f);
  encoder.position_table = false;
  encoder.norm_first = encoder.gated = true;
  encoder.attention_bias = fields.flag({"attention_bias"});
  encoder.feed_forward_bias = fields.flag({"mlp_bias"});
  encoder.norm_bias = fields.flag({"norm_bias"});
  if (encoder.hidden_size / encoder.heads % 2 != 0)
    fields.fail({"num_attention_heads"}, "heads of an even size, since pairs of elements are rotated");
  fields.require("rope_scaling", nullptr);
  encoder.rotary = {.global_theta = theta(fields, "full_attention", "global_rope_theta", 160'000),
                    .local_theta = theta(fields, "sliding_attention", "local_rope_theta", 10'000),
                    .window = fields.size({"local_attention"}, 128) / 2,
                    .is_local = local_layers(fields, encoder.layers)};
  config.head.activation = fields.activation({"classifier_activation"}, "gelu");
  config.head.bias = fields.flag({"classifier_bias"});
  config.head.decoder_bias = fields.flag({"decoder_bias"}, true);
  const std::string pooling = fields.text({"classifier_pooling"}).value_or("cls");
  if (pooling != "cls" && pooling != "mean") fields.fail({"classifier_pooling"}, "cls or mean");
  const bool pools = config.head.task == Task::sequence_classification && !config.head.pooling;
  if (pools) config.head.pooling = pooling == "mean" ? Pooling::mean : Pooling::first;
}

struct Family {
  std::string_view model_type;
  std::string_view class_prefix;  ///< "Bert" of BertForQuestionAnswering
  void (*read)(const Fields&, Config&);
};
constexpr Family families[] = {
    {"bert", "Bert", bert},
    {"distilbert", "DistilBert", distilbert},
    {"roberta", "Roberta", roberta},
    {"xlm-roberta", "XLMRoberta", roberta},
    {"camembert", "Camembert", roberta},
    {"electra", "Electra", electra},
    {"albert", "Albert", albert},
    {"mpnet", "MPNet", mpnet},
    {"deberta-v2", "DebertaV2", deberta},
    {"modernbert", "ModernBert", modernbert},
};

/// The family that `model_type` names or, if it is missing (before transformers 2.2), the family of the model class.
const Family& family(const Fields& fields) {
  const auto model_type = fields.text({"model_type"});
  const Json* names = fields.find({"architectures"});
  const auto is_named = [&](const Family& candidate) {
    if (model_type) return candidate.model_type == *model_type;
    const bool one = names != nullptr && names->is_array() && names->size() == 1 && names->front().is_string();
    return one && names->front().get<std::string>().starts_with(std::string(candidate.class_prefix) + "For");
  };
  const auto found = std::ranges::find_if(families, is_named);
  if (found == std::end(families)) fields.fail({"model_type"}, "one of " + list(families, &Family::model_type));
  return *found;
}

Json read_file(const std::filesystem::path& folder) {
  std::error_code ignored;  // a path that cannot be examined counts as missing
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Error({.file = folder.string(),
                 .found = std::filesystem::exists(folder, ignored) ? "a file" : "no such folder",
                 .expected = "a checkpoint folder, which has config.json, the weights and the tokenizer"});
  }
  const std::filesystem::path path = folder / "config.json";
  if (!std::filesystem::exists(path, ignored)) {
    const std::filesystem::path adapter = folder / "adapter_config.json";
    if (std::filesystem::exists(adapter, ignored)) {
      const Json json = read_json(adapter);
      const auto base = json.is_object() ? json.find("base_model_name_or_path") : json.end();
      throw Error({.file = folder.string(),
                   .found = "a peft adapter without its base model" +
                            (base != json.end() && base->is_string() ? " " + shown(*base) : std::string()),
                   .expected = "a checkpoint folder with config.json",
                   .hint = std::string(adapter_hint)});
    }
    throw Error({.file = path.string(),
                 .found = "no such file",
                 .expected = "the checkpoint's config.json",
                 .hint = "a checkpoint folder has config.json, the weights and the tokenizer"});
  }
  Json json = read_json(path);
  if (!json.is_object()) throw Error({.file = path.string(), .found = shown(json), .expected = "an object"});
  return json;
}

}  // namespace

Config read_config(const std::filesystem::path& folder, const HasTensor& has_tensor, const TensorRows& rows) {
  const auto modules = read_sentence_modules(folder);
  const std::filesystem::path encoder = modules ? folder / modules->encoder : folder;
  return parse_config(read_file(encoder), (encoder / "config.json").string(), has_tensor, rows,
                      modules ? &*modules : nullptr);
}

Config parse_config(const Json& json, const std::string& file, const HasTensor& has_tensor, const TensorRows& rows,
                    const SentenceModules* modules) {
  if (!json.is_object()) throw Error({.file = file, .found = shown(json), .expected = "an object"});
  const Fields fields(json, file);
  const Family& known = family(fields);
  const FamilyClass names = {known.model_type, known.class_prefix};
  Config config;
  const NamedHead head = modules != nullptr
                             ? NamedHead{std::string(known.class_prefix) + "Model", Task::sentence_embedding}
                             : named_head(fields, names, has_tensor, config.warnings);
  config.model_type = known.model_type;
  config.architecture = head.architecture;
  if (modules == nullptr) config.head = head_config(fields, head.task);
  if (const auto block = fields.object("limn")) config.prefix = block->text({"prefix"});
  known.read(fields, config);
  if (modules != nullptr) {
    config.head = embedding_head(*modules, config.encoder.hidden_size);
    return config;
  }
  if (head.task == Task::question_answering) {
    config.head.labels = {"start", "end"};
  } else if (head.task != Task::masked_lm) {
    config.head.labels = read_labels(fields, head_outputs(names, config.head, config.prefix, rows), config.warnings);
    config.head.meaning = output_meaning(fields, head.task, config.head.labels.size(), config.warnings);
  }
  return config;
}

Json read_config_file(const std::filesystem::path& folder) {
  Json json = read_file(folder);
  const std::string file = (folder / "config.json").string();
  family(Fields(json, file));
  return json;
}

}  // namespace limn
