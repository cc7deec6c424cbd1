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

/// How sure it is that the units with the largest |weights| are the same for other draws of the masks: the smallest
/// probability, over pairs of one of the `top` units and one of the others, that the first one's |weight| is larger, if
/// the errors of the weights are normal. Weights that were not estimated count as 0 without error.
/// @param top less than the number of units; otherwise the result is 1 @return 0 if the model has no covariance
double stability_of(const LinearModel& model, std::size_t top);

/// Scores are the model's weights. If the method has a stability, it is reached as soon as that of the strongest three
/// units (of at most half of the units) is.
UnitScores score_units(Game& game, const Lime& method);

}  // namespace limn
