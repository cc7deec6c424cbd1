#pragma once

#include <vector>

#include "explain/game.h"

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

}  // namespace limn
