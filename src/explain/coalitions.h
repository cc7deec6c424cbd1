#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "explain/game.h"
#include "limn/options.h"
#include "task/target.h"

namespace limn {

/// Every target function F of the same outputs, by Scalar, except max_logit, which has other outputs.
using ScalarValues = std::array<double, 5>;

/// What the model says about the coalitions of one text's units, for all methods and metrics that ask about the same
/// text: each coalition passes through the model once, whichever F is asked for. For one call; not for several threads.
class Coalitions {
 public:
  /// Evaluates coalitions for every F.
  using Evaluate = std::function<std::vector<ScalarValues>(std::span<const Mask* const> masks)>;

  explicit Coalitions(Masking masking) : masking_(masking) {}

  /// Whether a game has these coalitions: the same units, masking strategy and outputs. The first game with the masking
  /// strategy decides about units and outputs.
  bool accepts(const std::vector<std::vector<std::size_t>>& units, Masking masking, const Target& target);
  /// Returns F of each coalition; those that are not known are evaluated.
  std::vector<double> values(std::span<const Mask* const> masks, Scalar explain, const Evaluate& evaluate);

 private:
  Masking masking_;
  std::optional<std::vector<std::vector<std::size_t>>> units_;
  Target target_;
  std::unordered_map<Mask, ScalarValues> known_;
};

/// Returns every F of one sequence's logits. @param target its `explain` is ignored.
ScalarValues scalar_values(const Target& target, ConstView logits);

}  // namespace limn
