#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "limn/write.h"
#include "render/display_text.h"

namespace limn {
namespace {

struct Column {
  const char* title;
  const char* metric;
};

/// The metrics that a preset is about.
std::vector<Column> columns_of(const std::optional<std::string>& preset) {
  if (preset == "eraser") return {{"compr.", "eraser.aopc_comprehensiveness"}, {"suff.", "eraser.aopc_sufficiency"}};
  if (preset == "ferret")
    return {
        {"compr.", "ferret.aopc_comprehensiveness"}, {"suff.", "ferret.aopc_sufficiency"}, {"tau-LOO", "loo_kendall"}};
  if (preset == "naopc")
    return {{"norm. compr.", "normalised_comprehensiveness"}, {"norm. suff.", "normalised_sufficiency"}};
  return {{"norm. compr.", "normalised_comprehensiveness"},
          {"norm. suff.", "normalised_sufficiency"},
          {"compr.", "comprehensiveness"},
          {"suff.", "sufficiency"},
          {"tau-LOO", "loo_kendall"}};
}

std::string metric_text(std::optional<double> value) { return value ? fmt::format("{:.3f}", *value) : "-"; }

}  // namespace

std::string to_terminal(const FaithfulnessScores& scores) {
  const std::vector<Column> shown = columns_of(scores.preset);
  std::size_t width = 6;  // of "random"
  for (const MethodScores& method : scores.methods) width = std::max(width, columns(method.name));
  std::string table = fmt::format("{:<{}}", "", width);
  for (const Column& column : shown) table += fmt::format("  {:>12}", column.title);
  table += fmt::format("  {:>22}  {:>8}\n", "over a random order", "s/text");
  const auto add = [&](const MethodScores& method, bool is_random) {
    table += method.name + std::string(width - std::min(width, columns(method.name)), ' ');
    for (const Column& column : shown) {
      const MetricMean& metric = method.metrics.at(column.metric);
      const std::string error = metric.standard_error ? fmt::format("±{:.2f}", *metric.standard_error) : "";
      table += "  " +
               std::string(12 - std::min<std::size_t>(12, metric_text(metric.mean).size() + columns(error)), ' ') +
               metric_text(metric.mean) + error;
    }
    const MetricMean& first = method.metrics.at(shown.front().metric);
    const std::string over = is_random || !first.difference
                                 ? "-"
                                 : fmt::format("{:+.2f} [{:.2f}, {:.2f}]", *first.difference,
                                               first.difference_low.value_or(0), first.difference_high.value_or(0));
    table += fmt::format("  {:>22}  {:>8}\n", over, is_random ? "-" : fmt::format("{:.3f}", method.seconds));
  };
  for (const MethodScores& method : scores.methods) add(method, false);
  add(scores.random, true);
  table += fmt::format(
      "\n{} text{}{}, units: {}s, masking: {}; mean ± standard error; difference of {} to a random order with its 95 % "
      "bootstrap interval\n",
      scores.rows, scores.rows == 1 ? "" : "s",
      scores.cut_rows == 0
          ? ""
          : fmt::format(" ({} too long for the model: only the beginning was measured)", scores.cut_rows),
      scores.unit, scores.masking, shown.front().title);
  return table;
}

}  // namespace limn
