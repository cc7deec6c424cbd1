#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/weights.h"

namespace limn {

/// Weights that are replaced by those of an untrained model: the first `parts` of the head, the layers from the last to
/// the first, and the embeddings.
struct Randomization {
  std::size_t parts = 0;  ///< 0: none; layers + 2: all
  std::uint64_t seed = 0;
};

/// "head", "layer 6", … "layer 1", "embeddings": the parts, in this order.
std::vector<std::string> randomized_parts(std::size_t layers);

/// Replaces weights as transformers initialises them: matrices by draws from N(0, 0.02²), biases by 0, the weights of
/// norms by 1. A tensor gets the same values whatever else is replaced. @param memory receives the new values
void randomize(Weights& weights, const Randomization& randomization, std::vector<std::vector<float>>& memory);

}  // namespace limn
