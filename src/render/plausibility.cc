#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/json.h"
#include "render/json_parts.h"

namespace limn {

using Json = nlohmann::ordered_json;

std::string to_json(const PlausibilityScores& scores) {
  Json value{{"rows", scores.rows}, {"left_out", scores.left_out}, {"unit", scores.unit}, {"share", scores.share}};
  Json& methods = value["methods"] = Json::object();
  for (const PlausibilityMetrics& method : scores.methods)
    methods[method.name] = {{"token_f1", or_null(method.token_f1)},
                            {"iou_f1", or_null(method.iou_f1)},
                            {"auprc", or_null(method.auprc)},
                            {"ferret",
                             {{"token_f1", or_null(method.ferret_token_f1)},
                              {"token_iou", or_null(method.ferret_token_iou)},
                              {"auprc", or_null(method.ferret_auprc)}}},
                            {"seconds", method.seconds}};
  return json_text(value);
}

std::string to_terminal(const PlausibilityScores& scores) {
  std::size_t width = 6;
  for (const PlausibilityMetrics& method : scores.methods) width = std::max(width, columns(method.name));
  std::string table = fmt::format("{:<{}}  {:>8}  {:>8}  {:>8}  {:>14}  {:>8}\n", "", width, "token F1", "IOU F1",
                                  "AUPRC", "ferret's AUPRC", "s/text");
  const auto number = [](std::optional<double> value) { return value ? fmt::format("{:.3f}", *value) : "-"; };
  for (const PlausibilityMetrics& method : scores.methods)
    table += method.name + std::string(width - std::min(width, columns(method.name)), ' ') +
             fmt::format("  {:>8}  {:>8}  {:>8}  {:>14}  {:>8.3f}\n", number(method.token_f1), number(method.iou_f1),
                         number(method.auprc), number(method.ferret_auprc), method.seconds);
  table += fmt::format("\n{} text{}, units: {}s, {:.1f}% of them in rationales", scores.rows,
                       scores.rows == 1 ? "" : "s", scores.unit, 100 * scores.share);
  if (scores.left_out > 0)
    table += fmt::format("; {} without a rationale in the part that the model reads", scores.left_out);
  return table + "\n";
}

}  // namespace limn
