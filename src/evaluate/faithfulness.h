#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "explain/game.h"
#include "explain/removal_order.h"
#include "limn/faithfulness.h"

namespace limn {

/// A removal of several units, and how far F falls.
struct Removal {
  Mask removed;
  double fall = 0;
};

/// The removals with which sums of scores are compared. Up to most_exact_units units: all; more: random ones.
struct Removals {
  std::vector<std::vector<Removal>> of_size;  ///< (n + 1): removals of k units for sensitivity-n; may be empty
  std::vector<Removal> uniform;               ///< for infidelity: drawn from all removals; empty: all of `of_size`
};
/// @param seed of random removals
Removals removals_of(Game& game, std::uint64_t seed);

/// Returns the units by falling score, of equal scores the earlier first.
std::vector<std::size_t> order_by(std::span<const double> scores);
/// Returns the mean of F(all) − F(all without the first k of the order) over k = 1 … n. @pre n > 0
double mean_fall(Game& game, std::span<const std::size_t> order);

/// Computes every metric of scores for the units of a game whose values are probabilities. @pre the game has units
/// @param bounds if known. @param removals if null, no sensitivity-n and no infidelity
FaithfulnessMetrics measure(Game& game, std::span<const double> scores, const std::optional<RemovalBounds>& bounds,
                            const Removals* removals);

/// A metric of FaithfulnessMetrics by name; "eraser.aopc_sufficiency" is within "eraser".
struct NamedMetric {
  std::string_view name;
  std::optional<double> (*of)(const FaithfulnessMetrics& metrics);
};
/// Every metric that is one number; sensitivity_n is its mean over k.
std::span<const NamedMetric> faithfulness_metrics();

/// Returns means of metrics, for the mean of several random orders.
FaithfulnessMetrics mean_of(std::span<const FaithfulnessMetrics> all);

}  // namespace limn
