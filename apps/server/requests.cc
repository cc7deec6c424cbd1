#include "apps/server/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "apps/server/request_options.h"
#include "apps/server/table_json.h"
#include "base/attempt.h"
#include "limn/evaluate.h"
#include "options/method_list.h"
#include "options/names.h"
#include "render/attack.h"
#include "render/comparison_json.h"
#include "render/display_text.h"
#include "render/json.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;
using Inputs = std::vector<Input>;
using Results = std::vector<Result<WorkResult>>;

// ---- inputs -----------------------------------------------------------------------------------------------

/// The input of a request, or one of its "inputs".
Input read_one(Fields& fields, Task task, const std::string& model) {
  const auto text = fields.text("text", 0), pair = fields.text("pair", 0);
  const auto question = fields.text("question", 0), context = fields.text("context", 0);
  if (task == Task::question_answering) {
    if (!question || !context || text || pair) {
      throw Error({.field = question && !text && !pair ? "context" : "question",
                   .found = text       ? "text"
                            : pair     ? "pair"
                            : question ? "question without context"
                                       : "none",
                   .expected = "question and context",
                   .hint = fmt::format("the model {} answers questions", model)});
    }
    return {.text = *question, .pair = context};
  }
  if (!text || question || context) {
    throw Error({.field = "text",
                 .found = question || context ? "question or context" : "none",
                 .expected = "text, and pair for models that read two texts",
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
  for (const char* single : {"text", "pair", "question", "context"})
    if (fields.value(single))
      throw Error({.field = "inputs", .found = fmt::format("inputs and {}", single), .expected = "one of them"});
  if (!list->is_array() || list->empty() || list->size() > limits.inputs) {
    throw Error({.field = "inputs",
                 .found = list->is_array() ? fmt::format("{} inputs", list->size()) : "not a list",
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

/// Makes one piece of work per input. @param kind name of the route, such as "explain". @param body the request, whose
/// fields other than the inputs identify the group.
template <class Run>
Request make_request(ReadInputs read, const char* kind, const nlohmann::json& body, std::size_t generation, Lane lane,
                     const Run& run) {
  nlohmann::json settings = body;  // its keys are sorted
  for (const char* name : {"inputs", "text", "pair", "question", "context"}) settings.erase(name);
  const auto shared = std::make_shared<const WorkKind>(
      WorkKind{.lane = lane, .group = fmt::format("{} {} {}", kind, generation, settings.dump()), .run = run});
  constexpr std::array streamed = {"explain", "compare", "attack"};
  Request request{{}, read.many, std::ranges::find(streamed, std::string_view(kind)) != streamed.end()};
  for (auto& input : read.inputs) {
    const nlohmann::json texts = {input.text, input.pair ? nlohmann::json(*input.pair) : nlohmann::json()};
    request.work.push_back({.kind = shared, .key = shared->group + " " + texts.dump(), .input = std::move(input)});
  }
  return request;
}

std::size_t special_tokens(const TokenizedInput& tokenized) {
  return static_cast<std::size_t>(std::ranges::count_if(tokenized.tokens, &Token::special));
}

/// Limits the windows in which a long context is read: a long question or a large stride makes many.
/// @param tokens of both texts and the special tokens. @throws Error if the windows have more than `most` rows
/// together.
void check_windows(const Model& model, const Input& input, const TokenizedInput& read, std::size_t tokens,
                   const PredictOptions& options, std::size_t most) {
  const TokenizedInput alone = model.tokenize(Input{.text = input.text, .pair = std::nullopt}, options);
  const std::size_t question = alone.tokens.size() + alone.cut_tokens - special_tokens(alone);
  const std::size_t length = read.tokens.size(), special = special_tokens(read);
  const std::size_t shared = std::min(options.stride, length / 2);
  if (question + special + shared >= length) return;  // the model reports that there is no room
  const std::size_t width = length - special - question, step = width - shared;
  const std::size_t windows = 1 + (tokens - special - question - width + step - 1) / step;
  if (windows * length <= most) return;
  throw Error({.field = "context",
               .found = fmt::format("{} windows of {} tokens", windows, length),
               .expected = fmt::format("at most {} tokens in all windows", most),
               .hint = "a shorter question or a smaller stride makes fewer windows"});
}

/// Returns the number of tokens of the input. @throws Error if it exceeds the limits.
std::size_t check_tokens(const Model& model, const Input& input, const PredictOptions& options, const Limits& limits) {
  const TokenizedInput tokenized = model.tokenize(input, options);
  const std::size_t tokens = tokenized.tokens.size() + tokenized.cut_tokens;
  const bool is_question = model.info().task == Task::question_answering;
  if (tokens > limits.tokens) {
    throw Error({.field = is_question ? "context" : "text",
                 .found = fmt::format("{} tokens", tokens),
                 .expected = fmt::format("at most {}", limits.tokens),
                 .hint = "this server's limit; send the text in parts"});
  }
  if (is_question && tokenized.cut_tokens > 0) check_windows(model, input, tokenized, tokens, options, limits.rows);
  return tokens;
}

/// Returns one result per input: calls `work` once with all inputs that `count` accepts; the others keep their errors.
/// @param count (input) -> its number of tokens. @param work (inputs) -> one Result per input: the JSON of the answer
template <class Count, class Work>
Results results_of(const Inputs& inputs, const Count& count, const Work& work) {
  std::vector<Result<std::size_t>> tokens;
  Inputs good;
  for (const auto& input : inputs) {
    tokens.push_back(attempt([&] { return count(input); }));
    if (tokens.back()) good.push_back(input);
  }
  std::vector<Result<std::string>> answers;
  if (!good.empty()) answers = work(good);
  auto next = answers.begin();
  Results results;
  for (auto& counted : tokens) {
    if (!counted) {
      results.emplace_back(std::move(counted).error());
      continue;
    }
    results.push_back(std::move(*next++).transform(
        [&](std::string json) { return WorkResult{.json = std::move(json), .tokens = *counted}; }));
  }
  return results;
}

/// @throws Error if Sobol indices of an input with this many tokens would need too many masks.
void check_masks(const Method& method, std::size_t tokens, std::size_t most) {
  const auto* sobol = std::get_if<Sobol>(&method);
  if (!sobol || sobol->samples <= most / (tokens + 2)) return;
  throw Error({.field = "samples",
               .found = fmt::format("{} for {} tokens", sobol->samples, tokens),
               .expected = fmt::format("at most {}", most / (tokens + 2)),
               .hint = "sobol needs samples x (units + 2) masks"});
}

// ---- options ----------------------------------------------------------------------------------------------

std::string model_name(Fields& fields, const ModelSet& models) {
  return fields.text("model").value_or(models.models.front().name);
}

/// Whether the method needs only one pass, which several inputs can share.
bool is_short(const Method& method) {
  return std::holds_alternative<Gradient>(method) || std::holds_alternative<GradientXInput>(method) ||
         std::holds_alternative<Attention>(method) || std::holds_alternative<AttentionRollout>(method) ||
         std::holds_alternative<GradientAttention>(method) || std::holds_alternative<GradCam>(method);
}

/// Whether the answer is a list: one explanation per entity, or one each for the answer's start and end.
bool explains_several(Task task, const Method& method, const ExplainOptions& options) {
  const bool by_ends = std::visit(
      [](const auto& chosen) {
        if constexpr (requires { chosen.explain; }) return chosen.explain == Scalar::max_logit;
        return false;
      },
      method);
  return (task == Task::token_classification && !options.target) || (task == Task::question_answering && by_ends);
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
  MethodRequest requested = read_method(fields, limits);
  requested.method = fields.text("method");
  ExplainOptions options = read_explaining(fields, limits);
  fields.finish();
  ChosenMethod chosen = choose_method(requested, model.info().task);
  bound(chosen.method, limits);
  const bool several = explains_several(model.info().task, chosen.method, options);
  const auto run = [models, model, chosen, options, limits, several](const Inputs& texts, const Watch& watch) {
    const auto count = [&](const Input& input) {
      const std::size_t tokens = check_tokens(model, input, options.reading, limits);
      check_masks(chosen.method, tokens, limits.masks);
      return tokens;
    };
    return results_of(texts, count, [&](const Inputs& good) {
      std::vector<Result<std::string>> answers;
      for (auto& result : model.explain_all(good, chosen, options, watch))
        answers.push_back(std::move(result).transform([&](const std::vector<Explanation>& explanations) {
          return several ? list_of(explanations) : to_json(explanations.front());
        }));
      return answers;
    });
  };
  return make_request(std::move(inputs), "explain", body, models->generation,
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
  const auto run = [models, model, options, limits, name = served.name](const Inputs& texts, const Watch& watch) {
    const auto count = [&](const Input& input) { return check_tokens(model, input, options, limits); };
    return results_of(texts, count, [&](const Inputs& good) {
      auto predictions = model.predict(good, options, watch);
      std::vector<Result<std::string>> answers;
      for (std::size_t i = 0; i < good.size(); ++i)
        answers.push_back(std::move(predictions[i]).transform([&](const Prediction& prediction) {
          return to_json(prediction, good[i], name, -1, model.warnings(good[i], options));
        }));
      return answers;
    });
  };
  return make_request(std::move(inputs), "predict", body, models->generation, Lane::short_work, run);
}

Request read_compare(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits) {
  Fields fields(body);
  const auto names = [&](const char* field, std::vector<std::string> otherwise, std::size_t most) {
    const auto* list = fields.value(field);
    if (!list) return otherwise;
    std::vector<std::string> found;
    const bool is_short_list = list->is_array() && list->size() <= most;
    for (const auto& item : is_short_list ? *list : nlohmann::json::array()) {
      if (!item.is_string() || std::ranges::find(found, item.get<std::string>()) != found.end()) break;
      found.push_back(item);
    }
    if (!list->is_array() || found.size() != list->size() || found.empty())
      throw Error({.field = field,
                   .found = list->is_array() ? fmt::format("a list of {}", list->size()) : "not a list",
                   .expected = fmt::format("a list of 1 to {} different names", most)});
    return found;
  };
  std::vector<std::string> every;
  for (const auto& served : models->models)
    if (served.model.info().task == models->models.front().model.info().task && every.size() < limits.models)
      every.push_back(served.name);
  std::vector<NamedModel> compared;
  for (const auto& name : names("models", every, limits.models)) compared.push_back({name, models->find(name).model});
  const Task task = compared.front().model.info().task;
  const auto method_names = names("methods", {"gradient"}, limits.methods);
  const MethodRequest requested = read_method(fields, limits);
  ReadInputs inputs = read_inputs(fields, task, compared.front().name, limits);
  ExplainOptions options = read_explaining(fields, limits);
  fields.finish();
  auto [methods, unit] = list_methods(method_names, requested, task);
  const std::uint64_t seed = methods.front().chosen.seed.value_or(0);
  options.unit = unit;
  bool all_short = true;
  for (auto& [name, chosen] : methods) {
    bound(chosen.method, limits);
    all_short = all_short && is_short(chosen.method);
  }
  const bool is_one = all_short && compared.size() * methods.size() == 1;
  const Comparison comparison(std::move(compared), std::move(methods), options, seed);
  const auto run = [models, comparison, options, limits](const Inputs& texts, const Watch& watch) {
    const auto count = [&](const Input& input) {
      std::size_t all_tokens = 0;
      for (const auto& [name, model] : comparison.models()) {
        const std::size_t tokens = check_tokens(model, input, options.reading, limits);
        for (const auto& listed : comparison.methods()) check_masks(listed.chosen.method, tokens, limits.masks);
        all_tokens += tokens;
      }
      return all_tokens;
    };
    return results_of(texts, count, [&](const Inputs& good) {
      std::vector<Result<std::string>> answers;
      for (auto& result : comparison(good, watch))
        answers.push_back(std::move(result).transform(
            [&](const ComparedInput& compared) { return to_json(comparison.axes(), compared); }));
      return answers;
    });
  };
  return make_request(std::move(inputs), "compare", body, models->generation,
                      is_one ? Lane::short_work : Lane::long_work, run);
}

Request read_tokenize(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = models->find(model_name(fields, *models));
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, model.info().task, served.name, limits);
  PredictOptions options;
  if (const auto length = fields.count("max_length", 0, largest_count)) options.max_length = *length;
  fields.finish();
  const auto run = [models, model, options, limits, name = served.name](const Inputs& texts, const Watch&) {
    Results results;
    for (const auto& input : texts)
      results.push_back(attempt([&] {
        const std::size_t tokens = check_tokens(model, input, {}, limits);
        const bool is_question = model.info().task == Task::question_answering;
        return WorkResult{to_json(model.tokenize(input, options), input, name, is_question), tokens};
      }));
    return results;
  };
  return make_request(std::move(inputs), "tokenize", body, models->generation, Lane::short_work, run);
}

Request read_attack(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = models->find(model_name(fields, *models));
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, model.info().task, served.name, limits);
  const std::string kind = fields.text("kind").value_or("hotflip");
  if (kind != "hotflip" && kind != "input-reduction")
    throw Error({.field = "kind", .found = "'" + kind + "'", .expected = "hotflip, input-reduction"});
  AttackOptions options;
  read_reading(fields, limits, options.reading);
  options.target = fields.text_or_number("target");
  options.toward = fields.text("toward");
  if (const auto change = fields.text("change")) options.sequences = find_named(changed_text_names, "change", *change);
  if (const auto beam = fields.count("beam", 1, limits.beam)) options.beam = *beam;
  options.max_steps = fields.count("max_steps", 1, limits.steps).value_or(0);
  fields.finish();
  const auto run = [models, model, options, limits, kind](const Inputs& texts, const Watch& watch) {
    const auto count = [&](const Input& input) { return check_tokens(model, input, options.reading, limits); };
    return results_of(texts, count, [&](const Inputs& good) {
      std::vector<Result<std::string>> answers;
      for (const auto& input : good)
        answers.push_back(attempt([&] {
          return to_json(kind == "hotflip" ? model.hotflip(input, options, watch)
                                           : model.reduce_input(input, options, watch));
        }));
      return answers;
    });
  };
  return make_request(std::move(inputs), "attack", body, models->generation, Lane::long_work, run);
}

}  // namespace limn::server
