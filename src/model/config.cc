#include "model/config.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

using Json = nlohmann::json;
using Spellings = std::initializer_list<std::string_view>;  // of one field, the newest first

constexpr std::size_t largest_size = std::size_t{1} << 24;  // far above any encoder; keeps products within 64 bits
constexpr std::size_t most_labels = std::size_t{1} << 16;

struct NamedActivation {
  std::string_view name;
  Activation activation;
};
constexpr NamedActivation activations[] = {
    {"gelu", Activation::gelu},          {"gelu_python", Activation::gelu},
    {"gelu_new", Activation::gelu_tanh}, {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"relu", Activation::relu},          {"silu", Activation::silu},
    {"swish", Activation::silu},
};

template <class Rows, class Member>
std::string list(const Rows& rows, Member member) {
  std::string text;
  for (const auto& row : rows) text += (text.empty() ? "" : ", ") + std::string(row.*member);
  return text;
}

/// Reads fields of config.json and says what is wrong with them. A field that is null counts as absent.
class Fields {
 public:
  Fields(const Json& json, const std::string& file) : json_(json), file_(file) {}

  const Json* find(Spellings spellings) const {
    const auto found = json_.find(present(spellings));
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  /// A whole number from 1 to `largest`.
  std::size_t size(Spellings spellings, std::optional<std::size_t> fallback = {},
                   std::size_t largest = largest_size) const {
    const Json* value = find(spellings);
    if (value == nullptr && fallback) return *fallback;
    const bool fits = value != nullptr && value->is_number_integer() && *value >= 1 && *value <= largest;
    if (!fits) fail(spellings, "a whole number from 1 to " + std::to_string(largest));
    return value->get<std::size_t>();
  }

  float epsilon(Spellings spellings, float fallback) const {
    const Json* value = find(spellings);
    if (value == nullptr) return fallback;
    const float epsilon = value->is_number() ? value->get<float>() : 0;
    if (!(epsilon > 0 && epsilon < 1)) fail(spellings, "a number between 0 and 1");
    return epsilon;
  }

  Activation activation(Spellings spellings, std::string_view fallback) const {
    const auto name = text(spellings).value_or(std::string(fallback));
    const auto found = std::ranges::find(activations, name, &NamedActivation::name);
    if (found == std::end(activations)) fail(spellings, "one of " + list(activations, &NamedActivation::name));
    return found->activation;
  }

  std::optional<std::string> text(Spellings spellings) const {
    const Json* value = find(spellings);
    if (value == nullptr) return {};
    if (!value->is_string()) fail(spellings, "a text");
    return value->get<std::string>();
  }

  bool flag(Spellings spellings) const {
    const Json* value = find(spellings);
    if (value == nullptr) return false;
    if (!value->is_boolean()) fail(spellings, "true or false");
    return value->get<bool>();
  }

  [[noreturn]] void fail(Spellings spellings, std::string expected, std::string hint = {}) const {
    const Json* value = find(spellings);
    fail_at(spellings, value == nullptr ? "nothing" : shown(*value), std::move(expected), std::move(hint));
  }

  [[noreturn]] void fail_at(Spellings spellings, std::string found, std::string expected, std::string hint = {}) const {
    throw Error({.file = file_,
                 .thing = std::string(present(spellings)),
                 .found = std::move(found),
                 .expected = std::move(expected),
                 .hint = std::move(hint)});
  }

 private:
  /// The spelling that is there, or else the newest.
  std::string_view present(Spellings spellings) const {
    for (const std::string_view name : spellings) {
      const auto found = json_.find(name);
      if (found != json_.end() && !found->is_null()) return name;
    }
    return *spellings.begin();
  }

  const Json& json_;
  const std::string& file_;
};

// ---- families: one adapter from config.json to EncoderConfig each ------------------------------------------------

/// What every BERT-like encoder has, in all spellings.
EncoderConfig common(const Fields& fields) {
  EncoderConfig encoder{
      .layers = fields.size({"num_hidden_layers", "n_layers"}),
      .channels = fields.size({"hidden_size", "dim"}),
      .heads = fields.size({"num_attention_heads", "n_heads"}),
      .feed_forward = fields.size({"intermediate_size", "hidden_dim"}),
      .vocabulary = fields.size({"vocab_size"}),
      .positions = fields.size({"max_position_embeddings"}),
      .activation = fields.activation({"hidden_act", "activation"}, "gelu"),
  };
  if (encoder.channels % encoder.heads != 0) {
    fields.fail({"num_attention_heads", "n_heads"},
                "a divisor of the hidden size, which is " + std::to_string(encoder.channels));
  }
  if (fields.flag({"is_decoder"})) fields.fail({"is_decoder"}, "false: limn reads encoders");
  return encoder;
}

EncoderConfig bert(const Fields& fields) {
  EncoderConfig encoder = common(fields);
  encoder.token_types = fields.size({"type_vocab_size"}, 2);
  encoder.norm_epsilon = fields.epsilon({"layer_norm_eps"}, 1e-12f);
  const auto positions = fields.text({"position_embedding_type"});
  if (positions && positions != "absolute") {
    fields.fail({"position_embedding_type"}, "\"absolute\"");
  }
  return encoder;
}

EncoderConfig distilbert(const Fields& fields) {
  EncoderConfig encoder = common(fields);
  encoder.norm_epsilon = 1e-12f;  // fixed in DistilBERT's definition; there are no token types
  return encoder;
}

struct Family {
  std::string_view model_type;
  EncoderConfig (*encoder)(const Fields&);
};
constexpr Family families[] = {
    {"bert", bert},
    {"distilbert", distilbert},
};

struct Architecture {
  std::string_view model_type, name;
  Task task;
};
constexpr Architecture architectures[] = {
    {"bert", "BertForQuestionAnswering", Task::question_answering},
    {"bert", "BertForSequenceClassification", Task::sequence_classification},
    {"bert", "BertForTokenClassification", Task::token_classification},
    {"bert", "BertForMaskedLM", Task::masked_lm},
    {"bert", "BertForPreTraining", Task::masked_lm},
    {"distilbert", "DistilBertForQuestionAnswering", Task::question_answering},
    {"distilbert", "DistilBertForSequenceClassification", Task::sequence_classification},
    {"distilbert", "DistilBertForTokenClassification", Task::token_classification},
    {"distilbert", "DistilBertForMaskedLM", Task::masked_lm},
};

const Family& family(const Fields& fields) {
  const auto found = std::ranges::find(families, fields.text({"model_type"}).value_or(""), &Family::model_type);
  if (found == std::end(families)) {
    fields.fail({"model_type"}, "one of " + list(families, &Family::model_type));
  }
  return *found;
}

/// The first name in `architectures` that limn knows.
const Architecture& architecture(const Fields& fields, std::string_view model_type) {
  std::vector<Architecture> known;
  std::ranges::copy_if(architectures, std::back_inserter(known),
                       [&](const auto& row) { return row.model_type == model_type; });
  const std::string expected = "one of " + list(known, &Architecture::name);
  const Json* names = fields.find({"architectures"});
  if (names == nullptr || !names->is_array() || names->empty()) {
    fields.fail({"architectures"}, "a list with " + expected, "it decides what the checkpoint's head is for");
  }
  std::string found;
  bool headless = false;
  for (const Json& name : *names) {
    const std::string text = name.is_string() ? name.get<std::string>() : "";
    const auto match = std::ranges::find_if(
        architectures, [&](const auto& row) { return row.model_type == model_type && row.name == text; });
    if (match != std::end(architectures)) return *match;
    found += (found.empty() ? "" : ", ") + shown(name);
    headless = headless || text.ends_with("Model");  // BertModel
  }
  fields.fail_at({"architectures"}, found, expected,
                 headless ? "the checkpoint is an encoder without a head: there is no output that could be explained"
                          : "it decides what the checkpoint's head is for");
}

// ---- labels ------------------------------------------------------------------------------------------------------

/// One per output: id2label in order of its numbers, or LABEL_0, LABEL_1, … (two unless num_labels says otherwise).
std::vector<std::string> labels(const Fields& fields) {
  const Json* map = fields.find({"id2label"});
  const std::size_t count = fields.size({"num_labels", "_num_labels"}, map == nullptr ? 2 : map->size(), most_labels);
  std::vector<std::string> result;
  if (map == nullptr) {
    for (std::size_t i = 0; i < count; i++) result.push_back("LABEL_" + std::to_string(i));
    return result;
  }
  if (!map->is_object() || map->empty()) fields.fail({"id2label"}, "an object of at least one label");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < map->size(); i++) {
    const auto label = map->find(std::to_string(i));
    if (label == map->end()) {
      fields.fail_at({"id2label"}, "no label " + std::to_string(i),
                     "labels numbered from 0 to " + std::to_string(map->size() - 1));
    }
    const bool is_text = label->is_string();
    if (!is_text && !label->is_number_integer()) fields.fail_at({"id2label"}, shown(*label), "each label to be a text");
    result.push_back(is_text ? label->get<std::string>() : label->dump());
    if (!seen.insert(result.back()).second) {
      fields.fail_at({"id2label"}, "the label " + shown_name(result.back()) + " twice", "different labels");
    }
  }
  if (count != result.size()) {
    fields.fail({"num_labels", "_num_labels"}, std::to_string(result.size()) + ", as many as id2label has");
  }
  return result;
}

HeadConfig head(const Fields& fields, Task task) {
  HeadConfig head;
  head.task = task;
  if (task == Task::question_answering) {
    head.labels = {"start", "end"};
  } else if (task != Task::masked_lm) {
    head.labels = labels(fields);
    const std::string type = fields.text({"problem_type"}).value_or("single_label_classification");
    head.multi_label = type == "multi_label_classification";
    const bool single_output = head.labels.size() == 1;
    if (!head.multi_label && type != "single_label_classification" && !(type == "regression" && single_output)) {
      fields.fail({"problem_type"},
                  "single_label_classification, multi_label_classification, or regression with one output");
    }
    head.sigmoid = head.multi_label || single_output;
  }
  return head;
}

}  // namespace

Config read_config(const std::filesystem::path& folder) {
  std::error_code ignored;  // what cannot be looked at is not there
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Error({.file = folder.string(),
                 .found = std::filesystem::exists(folder, ignored) ? "a file" : "no such folder",
                 .expected = "a checkpoint folder, which has config.json, the weights and the tokenizer"});
  }
  const std::filesystem::path path = folder / "config.json";
  if (!std::filesystem::exists(path, ignored)) {
    throw Error({.file = path.string(),
                 .found = "no such file",
                 .expected = "the checkpoint's config.json",
                 .hint = "a checkpoint folder has config.json, the weights and the tokenizer"});
  }
  return parse_config(read_json(path), path.string());
}

Config parse_config(const Json& json, const std::string& file) {
  if (!json.is_object()) throw Error({.file = file, .found = shown(json), .expected = "an object"});
  const Fields fields(json, file);
  const Family& known = family(fields);
  const Architecture& model = architecture(fields, known.model_type);
  return {.model_type = std::string(known.model_type),
          .architecture = std::string(model.name),
          .encoder = known.encoder(fields),
          .head = head(fields, model.task)};
}

}  // namespace limn
