#include "explain/shapley.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>
#include <span>
#include <string>

#include "base/random.h"
#include "explain/perturbation.h"
#include "limn/error.h"

namespace limn {

double relative_standard_error(const UnitScores& found) {
  if (found.standard_errors.empty()) return 1;
  double largest = 0;
  for (const double score : found.scores) largest = std::max(largest, std::abs(score));
  const double error = std::ranges::max(found.standard_errors);
  return error == 0 ? 0 : error / largest;
}

void warn_of_tolerance(UnitScores& found, std::optional<double> tolerance) {
  const double reached = relative_standard_error(found);
  if (tolerance && reached > *tolerance)
    found.warnings.push_back(
        fmt::format("the largest standard error is {:.2g} of the largest score after all samples, not {:.2g}", reached,
                    *tolerance));
}

void check_exact_units(const char* thing, std::size_t units) {
  if (units <= most_exact_units) return;
  throw Error({.thing = thing,
               .found = std::to_string(units) + " units",
               .expected = "at most " + std::to_string(most_exact_units),
               .hint = "use larger units (clause or sentence), or a method that samples"});
}

std::vector<double> coalition_values(Game& game) {
  const std::size_t n = game.units();
  assert(n <= most_exact_units);
  std::vector<Mask> masks(std::size_t{1} << n, Mask(n));
  for (std::size_t bits = 0; bits < masks.size(); ++bits)
    for (std::size_t u = 0; u < n; ++u) masks[bits][u] = (bits >> u & 1) != 0;
  return game.values(masks);
}

std::vector<double> exact_shapley(Game& game) {
  const std::size_t n = game.units();
  const std::vector<double> values = coalition_values(game);
  // weight[k] = k! (n − k − 1)! / n!: the probability that in a random order exactly these k units precede the joining
  // unit.
  std::vector<double> weight(n);
  for (std::size_t k = 0; k < n; ++k) {
    weight[k] = 1 / static_cast<double>(n);
    for (std::size_t i = 1; i <= k; ++i) weight[k] *= static_cast<double>(i) / static_cast<double>(n - i);
  }
  std::vector<double> scores(n, 0.);
  for (std::size_t bits = 0; bits < values.size(); ++bits) {
    const auto present = static_cast<std::size_t>(std::popcount(bits));
    for (std::size_t u = 0; u < n; ++u)
      if ((bits >> u & 1) == 0) scores[u] += weight[present] * (values[bits | std::size_t{1} << u] - values[bits]);
  }
  return scores;
}

namespace {

/// Means over the first orders, in which the units of a game join one by one, and their standard errors.
/// @param values (permutations, n + 1), F after each step of each order
UnitScores scores_of_orders(const std::vector<std::vector<std::size_t>>& orders, std::span<const double> values,
                            std::size_t permutations) {
  const std::size_t n = orders.empty() ? 0 : orders.front().size();
  std::vector<double> mean(n, 0.), deviations(n, 0.);  // Welford's recurrences
  for (std::size_t draw = 0; draw < permutations; ++draw) {
    const double* const of_draw = values.data() + draw * (n + 1);
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t unit = orders[draw][k];
      const double share = of_draw[k + 1] - of_draw[k], step = share - mean[unit];
      mean[unit] += step / static_cast<double>(draw + 1);
      deviations[unit] += step * (share - mean[unit]);
    }
  }
  const auto draws = static_cast<double>(permutations);
  UnitScores result = {.kind = UnitScores::Kind::complete, .scores = mean, .numbers = {{"permutations", draws}}};
  if (permutations > 1)
    for (const double deviation : deviations)
      result.standard_errors.push_back(std::sqrt(deviation / (draws - 1) / draws));
  return result;
}

}  // namespace

UnitScores score_units(Game& game, const ShapleySampling& method) {
  const std::size_t n = game.units();
  if (method.exact) {
    check_exact_units("exact Shapley values", n);
    return {.kind = UnitScores::Kind::complete, .scores = exact_shapley(game)};
  }
  std::vector<std::vector<std::size_t>> orders;
  std::vector<Mask> masks;  // (permutations, n + 1): units join one by one
  for (std::size_t draw = 0; draw < method.permutations; ++draw) {
    auto engine = random_engine(method.seed, draw);
    std::vector<std::size_t>& order = orders.emplace_back(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), engine);
    masks.emplace_back(n, false);
    for (const std::size_t unit : order) {
      masks.push_back(masks.back());
      masks.back()[unit] = true;
    }
  }
  const auto scores_of = [&](std::span<const double> values) -> UnitScores {
    const std::size_t permutations = values.size() / (n + 1);
    if (permutations < 2 && permutations < method.permutations) return {};
    return scores_of_orders(orders, values, permutations);
  };
  constexpr std::size_t least = 10, step = 5;  // with fewer orders the standard errors themselves are too uncertain
  return sample_until(method.tolerance, {.least = least, .step = step, .most = orders.size()}, [&](std::size_t count) {
    return scores_of(game.values(std::span(masks).first(count * (n + 1)), scores_of));
  });
}

}  // namespace limn
