#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "explain/subject.h"

namespace limn {

/// Sends `count` perturbed hidden states at `layer` (T, C), which `fill` writes, through the rest of the model, in
/// passes whose size is limited by memory. Calls `take` with F and its gradient with respect to each perturbed hidden
/// state, in order, on the calling thread.
void for_each_gradient(const Subject& subject, Layer layer, std::size_t count,
                       const std::function<void(std::size_t i, View perturbed)>& fill,
                       const std::function<void(std::size_t i, double value, View gradient)>& take);

/// Returns F of `count` perturbed hidden states, without gradients.
std::vector<double> values_at(const Subject& subject, Layer layer, std::size_t count,
                              const std::function<void(std::size_t i, View perturbed)>& fill);

/// Returns the head's outputs for `count` perturbed hidden states: the first row of each, such as an embedding.
std::vector<std::vector<float>> outputs_at(const Subject& subject, Layer layer, std::size_t count,
                                           const std::function<void(std::size_t i, View perturbed)>& fill);

/// The subject's input with tokens replaced or removed.
struct PerturbedInput {
  std::vector<std::int32_t> ids, type_ids;
  Target target;  ///< its rows are rows of this perturbed input
};

/// Calls `take` with the logits of each perturbed input, in order, on the calling thread.
void for_each_output(const Subject& subject, std::span<const PerturbedInput> inputs,
                     const std::function<void(std::size_t i, ConstView logits)>& take);

/// Returns the hidden state at `layer` for the subject's own tokens (T, C).
Mat input_at(const Subject& subject, Layer layer);

}  // namespace limn
