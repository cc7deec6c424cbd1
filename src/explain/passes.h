#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "explain/subject.h"

namespace limn {

/// Sends `count` versions of the hidden state at `layer` (T, C) through the rest of the model, as many at once as
/// memory should hold, and takes F and ∂F/∂version of each, in order, on the calling thread.
void for_each_gradient(const Subject& subject, Layer layer, std::size_t count,
                       const std::function<void(std::size_t i, View version)>& fill,
                       const std::function<void(std::size_t i, double value, View gradient)>& take);

/// F of `count` versions, without gradients.
std::vector<double> values_at(const Subject& subject, Layer layer, std::size_t count,
                              const std::function<void(std::size_t i, View version)>& fill);

/// The subject's input with other tokens, perhaps fewer.
struct PerturbedInput {
  std::vector<std::int32_t> ids, type_ids;
  Target target;  ///< its rows count in this perturbed input
};

/// F of each perturbed input.
std::vector<double> values_of(const Subject& subject, std::span<const PerturbedInput> inputs);

/// What stands at `layer` for the subject's own tokens (T, C).
Mat input_at(const Subject& subject, Layer layer);

}  // namespace limn
