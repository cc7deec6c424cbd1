#include "render/comparison_json.h"

#include <nlohmann/json.hpp>

#include "render/json.h"
#include "render/json_parts.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

// Without the row number, which callers write first.
Json compared(const ComparisonAxes& axes, const ComparedInput& input) {
  Json value{{"limn", format_version}};
  Json models = Json::array(), explanations = Json::array(), correlations = Json::array();
  for (std::size_t i = 0; i < axes.models.size(); ++i) {
    const ComparedModel& model = axes.models[i];
    models.push_back({{"model", model.name}, {"parameters", model.parameters}, {"bytes", model.bytes}});
    if (i < input.right.size() && input.right[i]) models.back()["right"] = *input.right[i];
  }
  for (const Explanation& explanation : input.cells) explanations.push_back(json_value(explanation));
  for (const CellCorrelation& pair : input.correlations) {
    correlations.push_back({{"a", pair.a}, {"b", pair.b}, {"words", pair.words}});
    if (pair.magnitudes) correlations.back()["magnitudes"] = true;
    correlations.back()["kendall"] = or_null(pair.kendall);
    correlations.back()["spearman"] = or_null(pair.spearman);
  }
  value["input"] = explanations.empty() ? Json(nullptr) : explanations[0]["input"];
  value["models"] = std::move(models);
  value["explanations"] = std::move(explanations);
  value["correlations"] = std::move(correlations);
  if (input.expected) value["expected"] = *input.expected;
  return value;
}

}  // namespace

std::string to_json(const ComparisonAxes& axes, const ComparedInput& input) { return json_text(compared(axes, input)); }

Json json_value(const ComparisonAxes& axes, const ComparedInput& input) {
  Json value = input.error.empty() ? compared(axes, input)
                                   : Json{{"limn", format_version}, {"error", {{"message", input.error}}}};
  if (input.row) value["row"] = *input.row;
  return value;
}

}  // namespace limn
