#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/weights.h"

namespace limn {

/// The tensors of a checkpoint by name, whatever files they stand in.
struct TensorSource {
  std::function<bool(const std::string& name)> has;
  /// Where the numbers of a tensor of that shape are, or will be once all are read.
  /// @param spellings each name that it may have, the usual one first.
  /// @throws Error if there is none, or one of another shape or type.
  std::function<std::span<const float>(const std::vector<std::string>& spellings, std::vector<std::size_t> shape)>
      numbers;
};

/// Every weight that the config asks for, in the slot that its name says. @throws Error as the source does.
Weights read_weights(const TensorSource& source, const Config& config);

/// What is made of weights once their numbers are there: projections of relative positions, a convolution's matrices.
void finish_weights(Weights& weights, const EncoderConfig& config);

}  // namespace limn
