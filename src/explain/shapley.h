#pragma once

#include <vector>

#include "explain/game.h"

namespace limn {

/// More units than this make 2ⁿ coalitions too many.
inline constexpr std::size_t most_exact_units = 12;

/// Shapley values from all 2ⁿ coalitions. @param game of at most most_exact_units units
std::vector<double> exact_shapley(Game& game);

}  // namespace limn
