#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "explain/game.h"

namespace limn {

/// Orders in which all units are removed one by one, and how far F falls on the way.
///
/// The fall of an order is the mean over k = 1 … n of F(all units) − F(all without the first k): the AOPC of Samek et
/// al. (2017), whose bounds Edin et al. (2024, arXiv 2408.08137) divide by.
struct RemovalBounds {
  double upper = 0;                      ///< largest fall of all orders
  double lower = 0;                      ///< smallest fall of all orders
  std::vector<std::size_t> best_order;   ///< units, the first to remove first; an order with the largest fall
  std::vector<std::size_t> worst_order;  ///< an order with the smallest fall
  std::size_t beam = 0;                  ///< width of the search; 0: exact
};

/// Finds the bounds of a game's falls. At most most_exact_units units: exactly, by dynamic programming over subsets:
/// best(S) = F(all) − F(S) + max over i in S of best(S without i), with S the units still present; of equal units the
/// first is removed first. More units: by a beam search, whose bounds may be too narrow. @param beam its width, from 1
RemovalBounds removal_bounds(Game& game, std::size_t beam);

/// Widens bounds that were found by a search if an order is better or worse. @param fall that of the order
void widen(RemovalBounds& bounds, std::span<const std::size_t> order, double fall);

}  // namespace limn
