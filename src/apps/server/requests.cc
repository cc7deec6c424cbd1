#include "apps/server/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "apps/cli/options.h"
#include "apps/server/comparison.h"
#include "apps/server/fields.h"
#include "render/attack.h"
#include "render/display_text.h"
#include "render/json.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;
using Inputs = std::vector<Input>;
using Results = std::vector<WorkResult>;

constexpr std::size_t any_number = std::numeric_limits<std::uint32_t>::max();

// ---- inputs -----------------------------------------------------------------------------------------------

/// The input of a request, or one of its "inputs".
Input read_one(Fields& fields, Task task, const std::string& model) {
  const auto text = fields.text("text"), pair = fields.text("pair");
  const auto question = fields.text("question"), context = fields.text("context");
  if (task == Task::question_answering) {
    if (!question || !context || text || pair) {
      throw Error({.thing = question && !text && !pair ? "--context" : "--question",
                   .found = text       ? "text"
                            : pair     ? "pair"
                            : question ? "question alone"
                                       : "none",
                   .expected = "question and context",
                   .hint = fmt::format("the model {} answers questions", model)});
    }
    return {.text = *question, .pair = context};
  }
  if (!text || question || context) {
    throw Error({.thing = "--text",
                 .found = question || context ? "question or context" : "none",
                 .expected = "text, and pair for models that read two",
                 .hint = fmt::format("the model {} does not answer questions", model)});
  }
  return {.text = *text, .pair = pair};
}

struct ReadInputs {
  std::vector<Input> inputs;
  bool many = false;
};

ReadInputs read_inputs(Fields& fields, Task task, const std::string& model, const Limits& limits) {
  const auto* list = fields.value("inputs");
  if (!list) return {{read_one(fields, task, model)}, false};
  for (const char* single : {"text", "pair", "question", "context"}) {
    if (fields.value(single))
      throw Error({.thing = "--inputs", .found = fmt::format("inputs and {}", single), .expected = "one of them"});
  }
  if (!list->is_array() || list->empty() || list->size() > limits.inputs) {
    throw Error({.thing = "--inputs",
                 .found = list->is_array() ? fmt::format("{} inputs", list->size()) : "no list",
                 .expected = fmt::format("a list of 1 to {}", limits.inputs)});
  }
  ReadInputs read{{}, true};
  for (const auto& item : *list) {
    Fields item_fields(item);
    read.inputs.push_back(read_one(item_fields, task, model));
    item_fields.finish();
  }
  return read;
}

/// One work for each input. @param kind what is done, @param settings everything that is asked for but the inputs.
template <class Run>
Request make_works(ReadInputs read, const char* kind, const nlohmann::json& body, std::size_t generation, Lane lane,
                   const Run& run) {
  nlohmann::json settings = body;  // its keys are sorted
  for (const char* name : {"inputs", "text", "pair", "question", "context"}) settings.erase(name);
  const std::string group = fmt::format("{} {} {}", kind, generation, settings.dump());
  Request request{{}, read.many};
  for (auto& input : read.inputs) {
    const nlohmann::json texts = {input.text, input.pair ? nlohmann::json(*input.pair) : nlohmann::json()};
    request.works.push_back(
        {.lane = lane, .group = group, .key = group + " " + texts.dump(), .input = std::move(input), .run = run});
  }
  return request;
}

/// Tokens of the input. @throws Error if there are more than `most`.
std::size_t check_tokens(const Model& model, const Input& input, std::size_t most) {
  const TokenizedInput tokenized = model.tokenize(input);
  const std::size_t tokens = tokenized.tokens.size() + tokenized.cut_tokens;
  if (tokens > most) {
    throw Error({.thing = model.info().task == Task::question_answering ? "--context" : "--text",
                 .found = fmt::format("{} tokens", tokens),
                 .expected = fmt::format("at most {}", most),
                 .hint = "this server's limit; send the parts one by one"});
  }
  return tokens;
}

/// @throws Error if Sobol indices of an input of so many tokens would need too many masks.
void check_masks(const Method& method, std::size_t tokens, std::size_t most) {
  const auto* sobol = std::get_if<Sobol>(&method);
  if (!sobol || sobol->samples <= most / (tokens + 2)) return;
  throw Error({.thing = "--samples",
               .found = fmt::format("{} for {} tokens", sobol->samples, tokens),
               .expected = fmt::format("at most {}", most / (tokens + 2)),
               .hint = "sobol needs samples x (units + 2) masks"});
}

// ---- options ----------------------------------------------------------------------------------------------

std::string model_name(Fields& fields, const ModelSet& models) {
  return fields.text("model").value_or(models.models.front().name);
}

void read_reading(Fields& fields, const Limits& limits, PredictOptions& options) {
  if (const auto length = fields.count("max_length", 0, any_number)) options.max_length = *length;
  if (const auto stride = fields.count("stride", 0, any_number)) options.stride = *stride;
  if (const auto threshold = fields.number("null_threshold")) options.null_threshold = *threshold;
  options.null_allowed = !fields.flag("always_answer");
  if (const auto top = fields.count("top", 1, limits.top)) options.top = *top;
}

cli::MethodOptions read_method(Fields& fields, const Limits& limits) {
  cli::MethodOptions options;
  options.preset = fields.text("preset");
  options.explain = fields.text("explain");
  options.reduce = fields.text("reduce");
  options.layer = fields.text_or_number("layer");
  options.normalize = fields.text("normalize");
  options.baseline = fields.text("baseline");
  options.absent = fields.text("absent");
  options.steps = fields.count("steps", 1, limits.steps);
  options.samples = fields.count("samples", 1, limits.samples);
  options.head = fields.count("head", 1, any_number);
  options.window = fields.count("window", 1, any_number);
  options.sigma = fields.number("sigma", 0);
  options.tolerance = fields.number("tolerance");
  options.seed = fields.seed("seed").value_or(0);
  return options;
}

ExplainOptions read_options(Fields& fields, const Limits& limits) {
  ExplainOptions options;
  read_reading(fields, limits, options);
  options.target = fields.text_or_number("target");
  options.answer = fields.text("answer");
  options.contrast = fields.text("contrast");
  if (const auto unit = fields.text("unit")) options.unit = cli::units.find("--unit", *unit);
  options.raw = fields.flag("raw");
  return options;
}

/// One pass for each input, which several inputs can share.
bool is_short(const Method& method) {
  return std::holds_alternative<Gradient>(method) || std::holds_alternative<GradientXInput>(method) ||
         std::holds_alternative<Attention>(method) || std::holds_alternative<AttentionRollout>(method) ||
         std::holds_alternative<GradientAttention>(method) || std::holds_alternative<GradCam>(method);
}

std::string list_of(const std::vector<Explanation>& explanations) {
  std::string text;
  for (const auto& explanation : explanations) text += (text.empty() ? "" : ",") + to_json(explanation);
  return "{\"explanations\":[" + text + "]}";
}

}  // namespace

Request read_explain(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = models->find(model_name(fields, *models));
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, model.info().task, served.name, limits);
  cli::MethodOptions method_options = read_method(fields, limits);
  method_options.method = fields.text("method");
  const cli::ChosenMethod chosen = cli::choose_method(method_options);
  ExplainOptions options = read_options(fields, limits);
  fields.finish();
  options.pieces = chosen.pieces;
  const bool each_entity = model.info().task == Task::token_classification && !options.target;
  const auto run = [models, model, chosen, options, limits, each_entity, seed = method_options.seed](
                       const Inputs& texts, const Progress& progress) {
    Results results;
    for (const auto& input : texts) results.push_back({"", check_tokens(model, input, limits.tokens)});
    for (const auto& result : results) check_masks(chosen.method, result.tokens, limits.masks);
    ExplainOptions watched = options;
    watched.progress = progress;
    std::vector<std::vector<Explanation>> all;
    if (each_entity) {
      for (const auto& input : texts) all.push_back(model.explain_all(input, chosen.method, watched));
    } else {
      for (auto& explanation : model.explain(texts, chosen.method, watched)) all.push_back({std::move(explanation)});
    }
    for (std::size_t i = 0; i < texts.size(); i++) {
      for (auto& explanation : all[i]) {
        explanation.method.preset = chosen.preset;
        explanation.method.seed = seed;
      }
      results[i].json = each_entity ? list_of(all[i]) : to_json(all[i].front());
    }
    return results;
  };
  return make_works(std::move(inputs), "explain", body, models->generation,
                    is_short(chosen.method) ? Lane::short_work : Lane::long_work, run);
}

Request read_predict(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = models->find(model_name(fields, *models));
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, model.info().task, served.name, limits);
  PredictOptions options;
  read_reading(fields, limits, options);
  fields.finish();
  const auto run = [models, model, options, limits, name = served.name](const Inputs& texts, const Progress&) {
    Results results;
    for (const auto& input : texts) results.push_back({"", check_tokens(model, input, limits.tokens)});
    const auto predictions = model.predict(texts, options);
    for (std::size_t i = 0; i < texts.size(); i++) results[i].json = to_json(predictions[i], texts[i], name);
    return results;
  };
  return make_works(std::move(inputs), "predict", body, models->generation, Lane::short_work, run);
}

Request read_compare(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits) {
  Fields fields(body);
  const auto names = [&](const char* field, std::vector<std::string> otherwise, std::size_t most) {
    const auto* list = fields.value(field);
    if (!list) return otherwise;
    std::vector<std::string> found;
    for (const auto& item : list->is_array() ? *list : nlohmann::json::array()) {
      if (!item.is_string() || std::ranges::find(found, item.get<std::string>()) != found.end()) break;
      found.push_back(item);
    }
    if (!list->is_array() || found.size() != list->size() || found.empty() || found.size() > most) {
      throw Error({.thing = fmt::format("--{}", field),
                   .found = list->is_array() ? fmt::format("a list of {}", list->size()) : "no list",
                   .expected = fmt::format("a list of 1 to {} different names", most)});
    }
    return found;
  };
  std::vector<std::string> every;
  for (const auto& served : models->models) {
    if (served.model.info().task == models->models.front().model.info().task && every.size() < limits.models)
      every.push_back(served.name);
  }
  std::vector<Model> compared;
  for (const auto& name : names("models", every, limits.models)) compared.push_back(models->find(name).model);
  const auto method_names = names("methods", {"gradient"}, limits.methods);
  cli::MethodOptions method_options = read_method(fields, limits);
  std::vector<ComparedMethod> methods;
  bool all_short = true;
  for (const auto& name : method_names) {
    method_options.method = name;
    const cli::ChosenMethod chosen = cli::choose_method(method_options);
    methods.push_back({name, chosen.method, chosen.preset, chosen.pieces, method_options.seed});
    all_short = all_short && is_short(chosen.method);
  }
  for (const auto& model : compared) {
    if (model.info().task == compared.front().info().task) continue;
    throw Error({.thing = "--models",
                 .found = fmt::format("{}: {}, {}: {}", compared.front().info().name,
                                      name(compared.front().info().task), model.info().name, name(model.info().task)),
                 .expected = "models of one task"});
  }
  ReadInputs inputs = read_inputs(fields, compared.front().info().task, compared.front().info().name, limits);
  const ExplainOptions options = read_options(fields, limits);
  fields.finish();
  const auto run = [models, compared, methods, options, limits](const Inputs& texts, const Progress& progress) {
    Results results;
    for (const auto& input : texts) {
      WorkResult& result = results.emplace_back();
      for (const auto& model : compared) {
        const std::size_t tokens = check_tokens(model, input, limits.tokens);
        for (const auto& method : methods) check_masks(method.method, tokens, limits.masks);
        result.tokens += tokens;
      }
      result.json = compare(compared, methods, input, options, progress);
    }
    return results;
  };
  return make_works(std::move(inputs), "compare", body, models->generation,
                    all_short ? Lane::short_work : Lane::long_work, run);
}

Request read_tokenize(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = models->find(model_name(fields, *models));
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, model.info().task, served.name, limits);
  PredictOptions options;
  if (const auto length = fields.count("max_length", 0, any_number)) options.max_length = *length;
  fields.finish();
  const auto run = [models, model, options, limits, name = served.name](const Inputs& texts, const Progress&) {
    Results results;
    for (const auto& input : texts) {
      const std::size_t tokens = check_tokens(model, input, limits.tokens);
      const bool is_question = model.info().task == Task::question_answering;
      results.push_back({tokens_json(model.tokenize(input, options), input, name, is_question), tokens});
    }
    return results;
  };
  return make_works(std::move(inputs), "tokenize", body, models->generation, Lane::short_work, run);
}

Request read_attack(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = models->find(model_name(fields, *models));
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, model.info().task, served.name, limits);
  const std::string kind = fields.text("kind").value_or("hotflip");
  if (kind != "hotflip" && kind != "input-reduction")
    throw Error({.thing = "--kind", .found = "'" + kind + "'", .expected = "hotflip, input-reduction"});
  AttackOptions options;
  read_reading(fields, limits, options);
  options.target = fields.text_or_number("target");
  options.toward = fields.text("toward");
  if (const auto beam = fields.count("beam", 1, limits.beam)) options.beam = *beam;
  options.max_steps = fields.count("max_steps", 1, limits.steps).value_or(0);
  fields.finish();
  const auto run = [models, model, options, limits, kind](const Inputs& texts, const Progress& progress) {
    Results results;
    AttackOptions watched = options;
    watched.progress = progress;
    for (const auto& input : texts) {
      const std::size_t tokens = check_tokens(model, input, limits.tokens);
      results.push_back(
          {to_json(kind == "hotflip" ? model.hotflip(input, watched) : model.reduce_input(input, watched)), tokens});
    }
    return results;
  };
  return make_works(std::move(inputs), "attack", body, models->generation, Lane::long_work, run);
}

}  // namespace limn::server
