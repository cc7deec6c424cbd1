#include "model/sentence_modules.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/json.h"
#include "limn/error.h"
#include "model/config_fields.h"

namespace limn {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_modules = 64;

struct NamedPooling {
  std::string_view name;    ///< since version 6, in pooling_mode
  std::string_view before;  ///< a flag of its own in versions 1 to 5
  Pooling pooling;
};
/// In the order in which versions before 6 concatenate them.
constexpr NamedPooling poolings[] = {
    {"cls", "pooling_mode_cls_token", Pooling::first},
    {"max", "pooling_mode_max_tokens", Pooling::max},
    {"mean", "pooling_mode_mean_tokens", Pooling::mean},
    {"mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens", Pooling::mean_sqrt_length},
    {"weightedmean", "pooling_mode_weightedmean_tokens", Pooling::weighted_mean},
    {"lasttoken", "pooling_mode_lasttoken", Pooling::last},
};

struct DenseActivation {
  std::string_view name;  ///< the last part of the class's name
  Activation activation;
};
constexpr DenseActivation dense_activations[] = {{"Tanh", Activation::tanh},
                                                 {"Identity", Activation::identity},
                                                 {"ReLU", Activation::relu},
                                                 {"GELU", Activation::gelu},
                                                 {"SiLU", Activation::silu}};

/// One line of modules.json.
struct Module {
  std::string type;  ///< the last part of the class's name, such as "Pooling"
  std::string path;  ///< a folder; empty: the model's own
};

bool has_file(const std::filesystem::path& path) {
  std::error_code ignored;  // a path that cannot be examined counts as missing
  return std::filesystem::exists(path, ignored);
}

Json read_object(const std::filesystem::path& path) {
  Json json = read_json(path);
  if (!json.is_object()) throw Error({.file = path.string(), .found = shown(json), .expected = "an object"});
  return json;
}

/// Whether the path is empty or a folder below the model's.
bool stays_inside(const std::string& path) {
  const std::filesystem::path relative(path);
  return relative.is_relative() && path.find('\0') == path.npos &&
         std::ranges::none_of(relative, [](const auto& part) { return part == ".."; });
}

std::vector<Module> modules_in(const std::filesystem::path& file) {
  const Json list = read_json(file);
  if (!list.is_array() || list.empty() || list.size() > most_modules)
    throw Error({.file = file.string(), .found = shown(list), .expected = "a list of modules"});
  std::vector<Module> modules;
  for (const Json& entry : list) {
    const std::string name = file.string();
    if (!entry.is_object())
      throw Error({.file = name, .found = shown(entry), .expected = "a module: an object with type and path"});
    const Fields fields(entry, name);
    const std::string type = fields.text({"type"}).value_or(""), path = fields.text({"path"}).value_or("");
    if (!stays_inside(path)) fields.fail({"path"}, "a folder inside the model's");
    modules.push_back({type.substr(type.rfind('.') + 1), path});
  }
  return modules;
}

Pooling pooling_named(const Fields& fields, const Json& name) {
  const auto found = std::ranges::find_if(poolings, [&](const NamedPooling& known) { return name == known.name; });
  if (found == std::end(poolings))
    fields.fail_at({"pooling_mode"}, shown(name), "one of " + list(poolings, &NamedPooling::name));
  return found->pooling;
}

void read_pooling(const std::filesystem::path& file, SentenceModules& modules) {
  const Json json = read_object(file);
  const std::string name = file.string();
  const Fields fields(json, name);
  modules.pooling_size = fields.size({"embedding_dimension", "word_embedding_dimension"});
  modules.pools_prompt = fields.flag({"include_prompt"}, true);
  if (const Json* mode = fields.find({"pooling_mode"})) {
    if (!mode->is_array()) {
      modules.poolings.push_back(pooling_named(fields, *mode));
    } else {
      if (mode->empty() || mode->size() > std::size(poolings)) fields.fail({"pooling_mode"}, "one or several modes");
      for (const Json& one : *mode) modules.poolings.push_back(pooling_named(fields, one));
    }
    return;
  }
  for (const NamedPooling& known : poolings)
    if (fields.flag({known.before})) modules.poolings.push_back(known.pooling);
  if (modules.poolings.empty()) modules.poolings = {Pooling::mean};
}

/// Modules that read or write anything but the embedding belong to other kinds of models.
void require_embedding(const Fields& fields) {
  for (const std::string_view field : {"module_input_name", "module_output_name"})
    fields.require(field, "sentence_embedding");
}

void read_dense(const std::filesystem::path& file, const std::string& folder, SentenceModules& modules) {
  const Json json = read_object(file);
  const std::string name = file.string();
  const Fields fields(json, name);
  require_embedding(fields);
  fields.require("use_residual", false);
  const std::string type = fields.text({"activation_function"}).value_or("torch.nn.modules.activation.Tanh");
  const auto known = std::ranges::find(dense_activations, type.substr(type.rfind('.') + 1), &DenseActivation::name);
  if (known == std::end(dense_activations))
    fields.fail({"activation_function"}, "one of " + list(dense_activations, &DenseActivation::name));
  fields.size({"in_features"});
  modules.layers.push_back({.linear = folder + "/linear",
                            .activation = known->activation,
                            .outputs = fields.size({"out_features"}),
                            .bias = fields.flag({"bias"}, true)});
  modules.dense_folders.push_back(folder);
}

void read_normalize(const std::filesystem::path& file, SentenceModules& modules) {
  if (has_file(file)) {  // since version 6
    const Json json = read_object(file);
    const std::string name = file.string();
    require_embedding(Fields(json, name));
  }
  modules.layers.push_back({.linear = {}, .unit_length = true});
}

/// How texts are read: sentence_bert_config.json and its older names, beside the encoder.
void read_reading(const std::filesystem::path& folder, SentenceModules& modules) {
  for (const std::string_view family :
       {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    const std::filesystem::path file = folder / ("sentence_" + std::string(family) + "_config.json");
    if (!has_file(file)) continue;
    const Json json = read_object(file);
    const std::string name = file.string();
    const Fields fields(json, name);
    if (const std::size_t length = fields.size_if_any({"max_seq_length"}); length > 0) modules.max_length = length;
    modules.lowercase = fields.flag({"do_lower_case"});
    return;
  }
}

void read_prompts(const std::filesystem::path& file, SentenceModules& modules) {
  if (!has_file(file)) return;
  const Json json = read_object(file);
  const std::string name = file.string();
  const Fields fields(json, name);
  if (const Json* prompts = fields.find({"prompts"})) {
    if (!prompts->is_object()) fields.fail({"prompts"}, "an object of names and texts");
    for (const auto& [prompt, text] : prompts->items()) {
      if (!text.is_string()) fields.fail_at({"prompts"}, shown(text), "a text for each name");
      modules.prompts.emplace(prompt, text.get<std::string>());
    }
  }
  if (const auto chosen = fields.text({"default_prompt_name"})) {
    const auto prompt = modules.prompts.find(*chosen);
    if (prompt == modules.prompts.end()) fields.fail({"default_prompt_name"}, "the name of one of the prompts");
    modules.default_prompt = prompt->second;
  }
  modules.compares_by_dot = fields.text({"similarity_fn_name"}).value_or("cosine") == "dot";
}

bool is_encoder(const Module& module) {
  // Version 1 had one class per family.
  constexpr std::string_view names[] = {"Transformer", "BERT", "RoBERTa", "DistilBERT", "ALBERT", "CamemBERT"};
  return std::ranges::find(names, module.type) != std::end(names);
}

}  // namespace

std::optional<SentenceModules> read_sentence_modules(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "modules.json";
  if (!has_file(file)) return {};
  const std::vector<Module> list = modules_in(file);
  if (std::ranges::find(list, "Pooling", &Module::type) == list.end()) return {};  // a cross-encoder
  const auto refuse = [&](const Module& module, const std::string& expected) {
    throw Error({.file = file.string(), .thing = "type", .found = shown_name(module.type), .expected = expected});
  };
  if (!is_encoder(list.front())) refuse(list.front(), "Transformer as the first module");
  SentenceModules modules;
  modules.encoder = list.front().path;
  for (std::size_t i = 1; i < list.size(); ++i) {
    const Module& module = list[i];
    const std::filesystem::path config = folder / module.path / "config.json";
    const bool pooled = !modules.poolings.empty();
    if (module.type == "Pooling" && !pooled)
      read_pooling(config, modules);
    else if (module.type == "Dense" && pooled)
      read_dense(config, module.path, modules);
    else if (module.type == "Normalize" && pooled)
      read_normalize(config, modules);
    else if (module.type != "Dropout")  // which does nothing after training
      refuse(module, "Transformer, then Pooling, then Dense, Normalize and Dropout in any order");
  }
  read_reading(folder / modules.encoder, modules);
  read_prompts(folder / "config_sentence_transformers.json", modules);
  return modules;
}

HeadConfig embedding_head(const SentenceModules& modules, std::size_t hidden_size) {
  if (modules.pooling_size != hidden_size)
    throw Error({.thing = "the Pooling module",
                 .found = "an embedding_dimension of " + std::to_string(modules.pooling_size),
                 .expected = "the encoder's hidden size, " + std::to_string(hidden_size)});
  HeadConfig head;
  head.task = Task::sentence_embedding;
  head.meaning = OutputMeaning::value;
  head.poolings = modules.poolings;
  head.layers = modules.layers;
  return head;
}

}  // namespace limn
