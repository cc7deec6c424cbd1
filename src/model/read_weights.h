#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "math/stored_view.h"
#include "math/weight.h"
#include "model/config.h"
#include "model/weights.h"

namespace limn {

/// The tensors of a checkpoint by name, independent of the files that contain them.
struct TensorSource {
  std::function<bool(const std::string& name)> has;
  /// The location of a tensor's elements, which are valid once all tensors have been read.
  /// @param spellings all names that the tensor may have, the usual one first.
  /// @throws Error if no tensor has any of these names, or if it has another shape or a type that is not supported.
  std::function<std::span<const float>(const std::vector<std::string>& spellings,
                                       const std::vector<std::size_t>& shape)>
      elements;
  /// The same for a matrix, which may stay in 16 bits.
  std::function<StoredView(const std::vector<std::string>& spellings, std::size_t rows, std::size_t columns)> matrix;
  /// The matrix as weights that are packed where that is possible. Nothing else may read its elements.
  std::function<Weight(const StoredView& matrix)> packable;
};

/// Collects all weights that the config requires. @throws Error as the source does.
Weights read_weights(const TensorSource& source, const Config& config);

/// Computes what is derived from the weights once their elements have been read: the projections of the relative
/// position embeddings and the convolution's matrices.
void finish_weights(Weights& weights, const EncoderConfig& config);

}  // namespace limn
