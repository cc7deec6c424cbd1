#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "math/block.h"
#include "math/mat.h"
#include "math/norm.h"
#include "model/config.h"

namespace limn {

// Letters as in model/encoder.h.

/// What the backward pass of a layer needs. The inputs of linear layers are not kept, since only ∂/∂input is computed.
struct LayerTrace {
  Mat qkv;                    // (N, 3C), queries and keys rotated if the family uses rotary embeddings
  Mat activation_derivative;  // (N, F): act′ at the feed-forward's hidden units, times the gate if there is one
  Mat gate_value;             // (N, F): act at these units, only for gated families
  NormTrace attention_norm, feed_forward_norm;
};

/// All matrices of a trace share one block of memory: many allocations of varying sizes would fragment the heap.
struct Trace {
  Block block;
  std::vector<std::size_t> last_rows;  // those that the last layer computed after its attention; empty: all
  NormTrace embedding_norm, final_norm, convolution_norm;
  Mat convolution_derivative;  // (N, C)
  std::vector<LayerTrace> layers;
};

/// The floats that a trace over all layers needs per row.
std::size_t trace_floats_a_row(const EncoderConfig& config);

/// Allocates all matrices of a trace over the layers from `from` to `to` in one block.
void allocate(Trace& trace, const EncoderConfig& config, std::size_t rows, Layer from, Layer to);

/// The trace of selected rows of a batch (whole sequences, possibly repeated), so that one backward pass differentiates
/// several target functions F. `from` and `to` as in forward.
Trace gather(const EncoderConfig& config, const Trace& trace, Layer from, Layer to, std::span<const std::size_t> rows);

}  // namespace limn
