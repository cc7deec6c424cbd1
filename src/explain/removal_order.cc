#include "explain/removal_order.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "explain/perturbation.h"
#include "explain/shapley.h"
#include "limn/error.h"

namespace limn {
namespace {

struct Order {
  double fall = 0;  // of an incomplete order: the sum of its falls so far
  std::vector<std::size_t> units = {};
};

/// @param sign 1 for the largest fall, -1 for the smallest. @param values of all 2ⁿ coalitions
Order exact_order(const std::vector<double>& values, std::size_t units, double sign) {
  const std::size_t all = values.size() - 1;
  std::vector<double> rest(values.size(), 0.);  // best sum of falls from the units still present
  std::vector<std::size_t> next(values.size(), 0);
  for (std::size_t present = 1; present <= all; ++present) {
    bool found = false;
    for (std::size_t u = 0; u < units; ++u) {
      if ((present >> u & 1) == 0) continue;
      const std::size_t left = present ^ std::size_t{1} << u;
      const double fall = values[all] - values[left] + rest[left];
      if (found && sign * fall <= sign * rest[present]) continue;
      found = true;
      rest[present] = fall;
      next[present] = u;
    }
  }
  Order order = {.fall = units == 0 ? 0 : rest[all] / static_cast<double>(units)};
  for (std::size_t present = all; present != 0; present ^= std::size_t{1} << order.units.back())
    order.units.push_back(next[present]);
  return order;
}

/// @param sign as above. @param width incomplete orders that are kept in each round
Order searched_order(Game& game, std::size_t width, double sign) {
  const std::size_t n = game.units();
  const double all = game.all_present();
  std::vector<Order> kept = {{}};
  for (std::size_t round = 0; round < n; ++round) {
    std::vector<Order> candidates;
    std::vector<Mask> masks;
    for (const Order& order : kept) {
      Mask present(n, true);
      for (const std::size_t unit : order.units) present[unit] = false;
      for (std::size_t u = 0; u < n; ++u) {
        if (!present[u]) continue;
        present[u] = false;
        masks.push_back(present);
        candidates.push_back(order);
        candidates.back().units.push_back(u);
        present[u] = true;
      }
    }
    const std::vector<double> values = game.values(masks);
    for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].fall += all - values[i];
    std::vector<std::size_t> ranks(candidates.size());
    std::iota(ranks.begin(), ranks.end(), std::size_t{0});
    std::stable_sort(ranks.begin(), ranks.end(), [&](std::size_t a, std::size_t b) {
      return sign * candidates[a].fall > sign * candidates[b].fall;
    });
    kept.clear();
    std::set<Mask> sets;  // of orders of the same units, only the best can be part of the best order
    for (const std::size_t rank : ranks) {
      if (kept.size() == width) break;
      if (sets.insert(masks[rank]).second) kept.push_back(std::move(candidates[rank]));
    }
  }
  kept.front().fall /= static_cast<double>(n);
  return std::move(kept.front());
}

}  // namespace

RemovalBounds removal_bounds(Game& game, std::size_t beam) {
  Order best, worst;
  const bool exact = game.units() <= most_exact_units;
  if (exact) {
    const std::vector<double> values = coalition_values(game);
    best = exact_order(values, game.units(), 1);
    worst = exact_order(values, game.units(), -1);
  } else {
    assert(beam > 0);
    best = searched_order(game, beam, 1);
    worst = searched_order(game, beam, -1);
  }
  return {.upper = best.fall,
          .lower = worst.fall,
          .best_order = std::move(best.units),
          .worst_order = std::move(worst.units),
          .beam = exact ? 0 : beam};
}

void widen(RemovalBounds& bounds, std::span<const std::size_t> order, double fall) {
  if (bounds.beam == 0) return;
  if (fall > bounds.upper) {
    bounds.upper = fall;
    bounds.best_order.assign(order.begin(), order.end());
  }
  if (fall < bounds.lower) {
    bounds.lower = fall;
    bounds.worst_order.assign(order.begin(), order.end());
  }
}

UnitScores score_units(Game& game, const OptimalOrder&) {
  const std::size_t n = game.units();
  check_exact_units("the optimal order", n);
  UnitScores result = {.kind = UnitScores::Kind::not_additive, .scores = std::vector<double>(n, 0.)};
  const RemovalBounds bounds = removal_bounds(game, 1);
  for (std::size_t k = 0; k < n; ++k)
    result.scores[bounds.best_order[k]] = static_cast<double>(n - k) / static_cast<double>(n);
  result.numbers["comprehensiveness"] = bounds.upper;
  return result;
}

}  // namespace limn
