#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "explain/game.h"
#include "limn/options.h"

namespace limn {

/// A linear model of a game: F(mask) ≈ intercept + Σ weights of the present units.
struct LinearModel {
  std::vector<double> weights;  ///< (units); 0 for units that were not selected
  double intercept = 0;
  double r2 = 1;  ///< fraction of the weighted variance of F that the model explains; 1 if the variance is 0
  /// (units, units) of the weights over draws of the masks, given the selection: a unit without a weight has zeros.
  /// Empty if the masks are too few.
  std::vector<double> covariance = {};
};

/// Draws LIME's masks. @param check called with the index of each; may throw Cancelled
std::vector<Mask> lime_masks(
    std::size_t units, const Lime& method, const std::function<void(std::size_t)>& check = [](std::size_t) {});

/// Fits LIME's weighted regression of values on masks. @param masks at least one, of at least one unit
LinearModel fit_lime(std::span<const Mask> masks, std::span<const double> values, const Lime& method);

/// Scores are the model's weights.
UnitScores score_units(Game& game, const Lime& method);

}  // namespace limn
