#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "limn/plausibility.h"

namespace limn {

/// One text's scores by one method, and whether each unit belongs to the rationale. Both have one element per unit.
struct ScoredRationale {
  std::vector<double> scores;
  std::vector<bool> rationale;                                  ///< at least one unit
  std::vector<std::pair<std::size_t, std::size_t>> spans = {};  ///< the rationale's spans, in units; default: its runs
};

/// The area under the precision-recall curve by the trapezoidal rule, as auc(precision_recall_curve()) of scikit-learn:
/// equal scores share a threshold. @pre the rationale has a unit
double area_under_precision_recall(std::span<const double> scores, const std::vector<bool>& rationale);

/// Returns the `count` units with the highest scores, of equal scores the earlier. @param only_positive leaves out the
/// others
std::vector<bool> top_units(std::span<const double> scores, std::size_t count, bool only_positive);

/// The runs of units as spans.
std::vector<std::pair<std::size_t, std::size_t>> runs_of(const std::vector<bool>& units);

/// Computes every metric; name and seconds are left to the caller. @param share of units of a hard explanation
PlausibilityMetrics score_plausibility(std::span<const ScoredRationale> texts, double share);

}  // namespace limn
