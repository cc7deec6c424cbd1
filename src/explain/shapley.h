#pragma once

#include <vector>

#include "explain/game.h"

namespace limn {

/// The largest number n of units for which all 2ⁿ coalitions are evaluated.
inline constexpr std::size_t most_exact_units = 12;

/// Computes Shapley values from all 2ⁿ coalitions. @param game with at most most_exact_units units
std::vector<double> exact_shapley(Game& game);

}  // namespace limn
