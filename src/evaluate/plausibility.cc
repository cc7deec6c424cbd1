#include "evaluate/plausibility.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace limn {
namespace {

using UnitSpan = std::pair<std::size_t, std::size_t>;

std::vector<std::size_t> by_falling_score(std::span<const double> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  return order;
}

struct Overlap {
  std::size_t both = 0, chosen = 0, rationale = 0;

  double f1() const { return both == 0 ? 0 : 2 * static_cast<double>(both) / static_cast<double>(chosen + rationale); }
  double iou() const { return static_cast<double>(both) / static_cast<double>(chosen + rationale - both); }
};

Overlap overlap(const std::vector<bool>& chosen, const std::vector<bool>& rationale) {
  Overlap result;
  for (std::size_t u = 0; u < chosen.size(); ++u) {
    result.both += chosen[u] && rationale[u] ? 1 : 0;
    result.chosen += chosen[u] ? 1 : 0;
    result.rationale += rationale[u] ? 1 : 0;
  }
  return result;
}

double span_iou(const UnitSpan& a, const UnitSpan& b) {
  const std::size_t begin = std::max(a.first, b.first), end = std::min(a.second, b.second);
  const std::size_t both = end > begin ? end - begin : 0;
  return static_cast<double>(both) / static_cast<double>(a.second - a.first + b.second - b.first - both);
}

}  // namespace

double area_under_precision_recall(std::span<const double> scores, const std::vector<bool>& rationale) {
  const auto order = by_falling_score(scores);
  const auto all = static_cast<double>(std::ranges::count(rationale, true));
  assert(all > 0);
  // Precision is 1 at recall 0, before the first unit.
  double area = 0, last_recall = 0, last_precision = 1;
  std::size_t right = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    right += rationale[order[i]] ? 1 : 0;
    if (i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]]) continue;
    const double recall = static_cast<double>(right) / all;
    const double precision = static_cast<double>(right) / static_cast<double>(i + 1);
    area += (recall - last_recall) * (precision + last_precision) / 2;
    last_recall = recall;
    last_precision = precision;
  }
  return area;
}

std::vector<bool> top_units(std::span<const double> scores, std::size_t count, bool only_positive) {
  std::vector<bool> chosen(scores.size(), false);
  for (const std::size_t unit : by_falling_score(scores)) {
    if (count == 0 || (only_positive && !(scores[unit] > 0))) break;
    chosen[unit] = true;
    --count;
  }
  return chosen;
}

std::vector<UnitSpan> runs_of(const std::vector<bool>& units) {
  std::vector<UnitSpan> runs;
  for (std::size_t u = 0; u < units.size(); ++u) {
    if (!units[u]) continue;
    if (runs.empty() || runs.back().second != u) runs.emplace_back(u, u);
    runs.back().second = u + 1;
  }
  return runs;
}

PlausibilityMetrics score_plausibility(std::span<const ScoredRationale> texts, double share) {
  constexpr std::size_t ferret_units = 5;
  constexpr double enough_overlap = .5;
  PlausibilityMetrics result;
  if (texts.empty()) return result;
  double token_f1 = 0, auprc = 0, ferret_f1 = 0, ferret_iou = 0, ferret_auprc = 0;
  std::size_t matched = 0, chosen_spans = 0, rationale_spans = 0;
  for (const ScoredRationale& text : texts) {
    const auto units = static_cast<double>(text.scores.size());
    const auto count = static_cast<std::size_t>(std::max(1., std::round(share * units)));
    const std::vector<bool> hard = top_units(text.scores, count, false);
    token_f1 += overlap(hard, text.rationale).f1();
    const std::vector<UnitSpan> runs = runs_of(hard), spans = text.spans.empty() ? runs_of(text.rationale) : text.spans;
    for (const UnitSpan& run : runs)
      matched +=
          std::ranges::any_of(spans, [&](const UnitSpan& span) { return span_iou(run, span) >= enough_overlap; });
    chosen_spans += runs.size();
    rationale_spans += spans.size();
    auprc += area_under_precision_recall(text.scores, text.rationale);
    const Overlap five = overlap(top_units(text.scores, ferret_units, true), text.rationale);
    ferret_f1 += five.f1();
    ferret_iou += five.iou();
    std::vector<double> positive = text.scores;
    for (double& score : positive) score = std::max(score, 0.);
    ferret_auprc += area_under_precision_recall(positive, text.rationale);
  }
  const auto rows = static_cast<double>(texts.size());
  result.token_f1 = token_f1 / rows;
  result.iou_f1 = 2 * static_cast<double>(matched) / static_cast<double>(chosen_spans + rationale_spans);
  result.auprc = auprc / rows;
  result.ferret_token_f1 = ferret_f1 / rows;
  result.ferret_token_iou = ferret_iou / rows;
  result.ferret_auprc = ferret_auprc / rows;
  return result;
}

}  // namespace limn
