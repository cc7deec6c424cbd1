#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "base/random.h"
#include "explain/perturbation.h"

namespace limn {

namespace {

/// The mean of F over the first masks in which a unit is present, and its standard error.
UnitScores means_where_present(std::span<const Mask> masks, std::span<const double> values) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  UnitScores result = {.kind = UnitScores::Kind::not_additive, .scores = {}};
  for (std::size_t u = 0; u < masks.front().size(); ++u) {
    double count = 0, mean = 0, deviations = 0;  // Welford's recurrences
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!masks[i][u]) continue;
      const double step = values[i] - mean;
      mean += step / ++count;
      deviations += step * (values[i] - mean);
    }
    result.scores.push_back(mean);
    result.standard_errors.push_back(count > 1 ? std::sqrt(deviations / (count - 1) / count) : unknown);
  }
  return result;
}

}  // namespace

UnitScores score_units(Game& game, const Rise& method) {
  std::vector<Mask> masks;
  for (std::size_t draw = 0; draw < method.samples; ++draw) {
    auto engine = random_engine(method.seed, draw);
    std::bernoulli_distribution present(method.probability);
    Mask mask(game.units());
    for (std::size_t u = 0; u < mask.size(); ++u) mask[u] = present(engine);
    masks.push_back(std::move(mask));
  }
  const auto so_far = [&](std::span<const double> some) { return means_where_present(masks, some); };
  UnitScores result = means_where_present(masks, game.values(masks, so_far));
  result.numbers = {{"samples", static_cast<double>(method.samples)}, {"probability", method.probability}};
  return result;
}

}  // namespace limn
