#include "apps/server/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "apps/server/request_options.h"
#include "apps/server/request_parts.h"
#include "apps/server/table_json.h"
#include "base/attempt.h"
#include "limn/evaluate.h"
#include "options/faithfulness.h"
#include "options/method_list.h"
#include "options/names.h"
#include "render/attack.h"
#include "render/attention_data.h"
#include "render/comparison_json.h"
#include "render/display_text.h"
#include "render/json.h"

namespace limn::server {
namespace {

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

/// Returns a field that is a list of different names. @throws Error if it has more than `most`
std::vector<std::string> read_names(Fields& fields, const char* field, std::vector<std::string> otherwise,
                                    std::size_t most) {
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
}

std::string list_of(const std::vector<Explanation>& explanations) {
  std::string text;
  for (const auto& explanation : explanations) text += (text.empty() ? "" : ",") + to_json(explanation);
  return "{\"explanations\":[" + text + "]}";
}

}  // namespace

Request read_explain(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = served_model(fields, *models);
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, served, limits);
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
  return make_request(
      std::move(inputs), "explain", body, models->generation,
      is_short(chosen.method) && !options.faithfulness && !options.document ? Lane::short_work : Lane::long_work, run);
}

Request read_predict(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = served_model(fields, *models);
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, served, limits);
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

Request read_compare(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  std::vector<std::string> every;
  const Task fitting = fitting_model(fields, *models).model.info().task;
  for (const auto& served : models->models)
    if (served.model.info().task == fitting && every.size() < limits.models) every.push_back(served.name);
  std::vector<NamedModel> compared;
  for (const auto& name : read_names(fields, "models", every, limits.models))
    compared.push_back({name, models->find(name).model});
  const Task task = compared.front().model.info().task;
  const auto method_names = read_names(fields, "methods", {"gradient"}, limits.methods);
  const MethodRequest requested = read_method(fields, limits);
  ReadInputs inputs = read_inputs(fields, models->find(compared.front().name), limits);
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
  const bool is_one = all_short && !options.faithfulness && compared.size() * methods.size() == 1;
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

Request read_evaluate(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = served_model(fields, *models);
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, served, limits);
  if (const auto kind = fields.text("kind"); kind && kind != "faithfulness")
    throw Error({.field = "kind", .found = "'" + *kind + "'", .expected = "faithfulness"});
  const auto method_names = read_names(fields, "methods", {"gradient"}, limits.methods);
  const MethodRequest requested = read_method(fields, limits);
  FaithfulnessRequest request = faithfulness_request(method_names, requested, requested.preset, model.info().task);
  request.options.explaining.target = fields.text_or_number("target");
  read_length(fields, request.options.explaining.reading);
  request.options.explaining.reading.long_text = LongText::beginning;  // as faithfulness() reads
  request.options.beam = fields.count("beam", 0, limits.beam);
  fields.finish();
  for (auto& [name, chosen] : request.methods) bound(chosen.method, limits);
  const auto run = [models, model, request, limits](const Inputs& texts, const Watch& watch) {
    const PredictOptions& reading = request.options.explaining.reading;
    const auto count = [&](const Input& input) {
      const std::size_t tokens = check_tokens(model, input, reading, limits);
      for (const auto& listed : request.methods) check_masks(listed.chosen.method, tokens, limits.masks);
      if (request.options.beam.value_or(0) > limits.masks / (tokens * tokens))
        throw Error({.field = "beam",
                     .found = fmt::format("{} for {} tokens", *request.options.beam, tokens),
                     .expected = fmt::format("at most {}", limits.masks / (tokens * tokens)),
                     .hint = "the search evaluates about beam x units x units coalitions"});
      return tokens;
    };
    return results_of(texts, count, [&](const Inputs& good) {
      std::vector<Result<std::string>> answers;
      for (auto& result : model.faithfulness(good, request.methods, request.options, watch))
        answers.push_back(std::move(result).transform([](const InputFaithfulness& input) { return to_json(input); }));
      return answers;
    });
  };
  return make_request(std::move(inputs), "evaluate", body, models->generation, Lane::long_work, run);
}

Request read_tokenize(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = served_model(fields, *models);
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, served, limits);
  PredictOptions options;
  read_length(fields, options);
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

Request read_attack(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = served_model(fields, *models);
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, served, limits);
  const std::string kind = fields.text("kind").value_or("hotflip");
  if (kind != "hotflip" && kind != "input-reduction")
    throw Error({.field = "kind", .found = "'" + kind + "'", .expected = "hotflip, input-reduction"});
  AttackOptions options;
  read_reading(fields, limits, options.reading);
  options.reading.long_text = LongText::beginning;  // as attacks read
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

Request read_attention(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models,
                       const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = served_model(fields, *models);
  const Model model = served.model;
  ReadInputs inputs = read_inputs(fields, served, limits);
  PredictOptions options;
  read_reading(fields, limits, options);
  options.long_text = LongText::beginning;  // as attention() reads
  fields.finish();
  const auto run = [models, model, options, limits](const Inputs& texts, const Watch& watch) {
    const auto count = [&](const Input& input) {
      const std::size_t tokens = check_tokens(model, input, options, limits);
      const std::size_t heads = std::max<std::size_t>(model.info().layers * model.info().heads, 1);
      const std::size_t read = model.tokenize(input, options).tokens.size();
      if (read * read > limits.weights / heads)
        throw Error({.field = model.info().task == Task::question_answering ? "context" : "text",
                     .found = fmt::format("{} tokens with {} heads", read, heads),
                     .expected = fmt::format("at most {} attention weights", limits.weights),
                     .hint = "send a part of the text, or set max_length"});
      return tokens;
    };
    return results_of(texts, count, [&](const Inputs& good) {
      std::vector<Result<std::string>> answers;
      for (const auto& input : good)
        answers.push_back(attempt([&] { return attention_data(model.attention(input, options, watch)).dump(); }));
      return answers;
    });
  };
  return make_request(std::move(inputs), "attention", body, models->generation, Lane::long_work, run);
}

}  // namespace limn::server
