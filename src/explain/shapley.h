#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "explain/game.h"
#include "limn/methods.h"

namespace limn {

/// The largest number n of units for which all 2ⁿ coalitions are evaluated.
inline constexpr std::size_t most_exact_units = 12;

/// @throws Error if there are more units than most_exact_units. @param thing that needs all coalitions, for the message
void check_exact_units(const char* thing, std::size_t units);

/// Returns the value of each of the 2ⁿ coalitions; bit u of the index is set if unit u is present.
/// @param game with at most most_exact_units units
std::vector<double> coalition_values(Game& game);

/// Computes Shapley values from all 2ⁿ coalitions. @param game with at most most_exact_units units
std::vector<double> exact_shapley(Game& game);

/// The largest standard error ÷ the largest |score|; 0 if all scores are 0, 1 if there are no standard errors.
double relative_standard_error(const UnitScores& found);

/// Adds a warning to the result of a method that did not reach its tolerance.
void warn_of_tolerance(UnitScores& found, std::optional<double> tolerance);

/// Numbers of samples: the first at which a method may stop, those between two tests, all.
struct SampleCounts {
  std::size_t least = 1, step = 1, most = 1;
};

/// Returns scores_of(number of samples) for the first number of them that is enough, or for all samples.
/// @param is_enough of the scores so far; empty: all samples
template <class ScoresOf>
UnitScores sample_in_steps(const std::function<bool(const UnitScores&)>& is_enough, const SampleCounts& counts,
                           const ScoresOf& scores_of) {
  std::size_t count = is_enough ? std::min(counts.least, counts.most) : counts.most;
  UnitScores found = scores_of(count);
  while (is_enough && count < counts.most && !is_enough(found)) {
    count = std::min(count + counts.step, counts.most);
    found = scores_of(count);
  }
  return found;
}

/// The same until the standard errors are within the tolerance; warns if they never are.
template <class ScoresOf>
UnitScores sample_until(std::optional<double> tolerance, const SampleCounts& counts, const ScoresOf& scores_of) {
  std::function<bool(const UnitScores&)> is_enough;
  if (tolerance) is_enough = [&](const UnitScores& found) { return !(relative_standard_error(found) > *tolerance); };
  UnitScores found = sample_in_steps(is_enough, counts, scores_of);
  warn_of_tolerance(found, tolerance);
  return found;
}

/// The smallest number of samples from which adaptive sampling can fit its model of a game, and the largest that it
/// uses: fitting takes time with the third power of their number.
constexpr std::size_t least_adaptive_samples(std::size_t units) { return 2 * units; }
inline constexpr std::size_t most_adaptive_samples = 2000;

/// Estimates Shapley values from coalitions that are chosen as those before become known (coalition_surrogate.h): first
/// each unit alone and all but it, then those that reduce the variances of the estimates most. @param method with at
/// least least_adaptive_samples samples, which must be at most most_adaptive_samples
UnitScores adaptive_shapley(Game& game, const KernelShap& method);

}  // namespace limn
