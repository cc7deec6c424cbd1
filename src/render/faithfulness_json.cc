#include <cmath>
#include <nlohmann/json.hpp>

#include "limn/write.h"
#include "render/json.h"
#include "render/json_parts.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

Json metrics_value(const FaithfulnessMetrics& metrics) {
  Json sensitivity = Json::array();
  for (const auto& correlation : metrics.sensitivity_n) sensitivity.push_back(or_null(correlation));
  return {{"comprehensiveness", metrics.comprehensiveness},
          {"sufficiency", metrics.sufficiency},
          {"normalised_comprehensiveness", or_null(metrics.normalised_comprehensiveness)},
          {"normalised_sufficiency", or_null(metrics.normalised_sufficiency)},
          {"deletion", metrics.deletion},
          {"insertion", metrics.insertion},
          {"eraser",
           {{"comprehensiveness", metrics.eraser.comprehensiveness},
            {"sufficiency", metrics.eraser.sufficiency},
            {"aopc_comprehensiveness", metrics.eraser.aopc_comprehensiveness},
            {"aopc_sufficiency", metrics.eraser.aopc_sufficiency}}},
          {"ferret",
           {{"aopc_comprehensiveness", or_null(metrics.ferret.aopc_comprehensiveness)},
            {"aopc_sufficiency", or_null(metrics.ferret.aopc_sufficiency)}}},
          {"loo_kendall", or_null(metrics.loo_kendall)},
          {"sensitivity_n", std::move(sensitivity)},
          {"infidelity", or_null(metrics.infidelity)}};
}

/// Returns the member for a metric's name: that of "eraser.aopc_sufficiency" is within "eraser".
Json& member(Json& object, const std::string& name) {
  const auto dot = name.find('.');
  return dot == name.npos ? object[name] : object[name.substr(0, dot)][name.substr(dot + 1)];
}

Json scores_value(const MethodScores& scores, bool is_random) {
  Json value = Json::object(), errors = Json::object(), differences = Json::object(), rows = Json::object();
  for (const auto& [name, metric] : scores.metrics) {
    member(value, name) = or_null(metric.mean);
    member(errors, name) = or_null(metric.standard_error);
    member(rows, name) = metric.rows;
    if (metric.difference)
      member(differences, name) = {{"mean", *metric.difference},
                                   {"low", or_null(metric.difference_low)},
                                   {"high", or_null(metric.difference_high)}};
  }
  if (!is_random) {
    value["seconds"] = scores.seconds;
    value["passes"] = scores.passes;
  }
  value["standard_error"] = std::move(errors);
  if (!is_random) value["over_random"] = std::move(differences);
  value["rows"] = std::move(rows);
  return value;
}

}  // namespace

std::string to_json(const InputFaithfulness& input) {
  const Offsets offsets(input.text, input.pair);
  Json value = Json::object();
  value["text"] = input.text;
  if (input.pair) value["pair"] = *input.pair;
  value["target"] = target_value(input.target, Task::sequence_classification);
  value["value"] = input.value;
  value["upper"] = or_null(input.upper);
  value["lower"] = or_null(input.lower);
  value["exact"] = input.beam == 0 && input.upper.has_value();
  if (input.beam > 0) value["beam"] = input.beam;
  value["best_order"] = input.best_order;
  value["worst_order"] = input.worst_order;
  Json& units = value["units"] = Json::array();
  for (const Word& unit : input.units)
    units.push_back({{"text", offsets.text(unit.sequence, unit.begin, unit.end)},
                     {"sequence", unit.sequence},
                     {"begin", offsets(unit.sequence, unit.begin)},
                     {"end", offsets(unit.sequence, unit.end)}});
  Json& methods = value["methods"] = Json::object();
  for (const MethodFaithfulness& method : input.methods) {
    Json object{{"scores", method.scores}, {"order", method.order}};
    object.update(metrics_value(method.metrics));
    object["seconds"] = method.seconds;
    object["passes"] = method.passes;
    if (method.method != method.name) object["method"] = method.method;
    methods[method.name] = std::move(object);
  }
  value["random"] = metrics_value(input.random);
  for (const char* without : {"sensitivity_n", "infidelity"}) value["random"].erase(without);
  if (!input.warnings.empty()) value["warnings"] = input.warnings;
  return json_text(value);
}

std::string to_json(const FaithfulnessScores& scores) {
  Json value{{"rows", scores.rows}, {"cut_rows", scores.cut_rows}, {"unit", scores.unit}, {"masking", scores.masking}};
  if (scores.preset) value["preset"] = *scores.preset;
  Json& methods = value["methods"] = Json::object();
  for (const MethodScores& method : scores.methods) methods[method.name] = scores_value(method, false);
  value["random"] = scores_value(scores.random, true);
  return json_text(value);
}

}  // namespace limn
