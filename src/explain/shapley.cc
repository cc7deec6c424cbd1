#include "explain/shapley.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <string>

#include "base/random.h"
#include "explain/methods.h"
#include "limn/error.h"

namespace limn {

std::vector<double> exact_shapley(Game& game) {
  const std::size_t n = game.units();
  assert(n <= most_exact_units);
  std::vector<Mask> masks(std::size_t{1} << n, Mask(n));
  for (std::size_t bits = 0; bits < masks.size(); bits++)
    for (std::size_t u = 0; u < n; u++) masks[bits][u] = (bits >> u & 1) != 0;
  const std::vector<double> values = game.values(masks);
  // weight[k] = k! (n − k − 1)! / n!: that a random order puts exactly these k units before the one that joins.
  std::vector<double> weight(n);
  for (std::size_t k = 0; k < n; k++) {
    weight[k] = 1 / static_cast<double>(n);
    for (std::size_t i = 1; i <= k; i++) weight[k] *= static_cast<double>(i) / static_cast<double>(n - i);
  }
  std::vector<double> scores(n, 0.);
  for (std::size_t bits = 0; bits < masks.size(); bits++) {
    const auto present = static_cast<std::size_t>(std::count(masks[bits].begin(), masks[bits].end(), true));
    for (std::size_t u = 0; u < n; u++)
      if (!masks[bits][u]) scores[u] += weight[present] * (values[bits | std::size_t{1} << u] - values[bits]);
  }
  return scores;
}

std::vector<double> errors_at_first_tokens(std::size_t tokens, const std::vector<std::vector<std::size_t>>& units,
                                           const std::vector<double>& unit_errors) {
  std::vector<double> errors(tokens, 0.);
  for (std::size_t u = 0; u < units.size(); u++) errors[units[u].front()] = unit_errors[u];
  return errors;
}

Attribution attribute(const Subject& subject, const ShapleySampling& method) {
  const auto units = unit_tokens(subject, subject.options.unit);
  Game game(subject, units, method.absent);
  const std::size_t n = game.units();
  Attribution result;
  if (method.exact) {
    if (n > most_exact_units)
      throw Error({.thing = "exact Shapley values",
                   .found = std::to_string(n) + " units",
                   .expected = "at most " + std::to_string(most_exact_units),
                   .hint = "choose larger units (--unit clause or sentence), or sample"});
    result.scores = game.spread(exact_shapley(game));
  } else {
    std::vector<double> mean(n, 0.), deviations(n, 0.);
    for (std::size_t draw = 0; draw < method.permutations; draw++) {
      auto engine = random_engine(method.seed, draw);
      std::vector<std::size_t> order(n);
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::shuffle(order.begin(), order.end(), engine);
      std::vector<Mask> masks(n + 1, Mask(n, false));
      for (std::size_t k = 0; k < n; k++) {
        masks[k + 1] = masks[k];
        masks[k + 1][order[k]] = true;
      }
      const std::vector<double> values = game.values(masks);
      for (std::size_t k = 0; k < n; k++) {
        const double share = values[k + 1] - values[k], step = share - mean[order[k]];
        mean[order[k]] += step / static_cast<double>(draw + 1);
        deviations[order[k]] += step * (share - mean[order[k]]);
      }
    }
    const auto draws = static_cast<double>(method.permutations);
    if (method.permutations > 1) {
      for (double& deviation : deviations) deviation = std::sqrt(deviation / (draws - 1) / draws);
      result.standard_errors = errors_at_first_tokens(subject.encoding.size(), units, deviations);
    }
    result.scores = game.spread(mean);
    result.numbers = {{"permutations", draws}};
  }
  result.baseline_value = game.all_absent();
  const double total = std::accumulate(result.scores.begin(), result.scores.end(), 0.);
  result.completeness_error = std::abs(total - (subject.value - *result.baseline_value));
  result.passes = game.passes();
  return result;
}

}  // namespace limn
