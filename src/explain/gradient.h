#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/encoder.h"
#include "model/head.h"

namespace limn {

/// A forward pass that remembers what the gradient needs.
struct TracedPass {
  Batch batch;
  Layer layer;  ///< where gradients will be taken
  Trace trace;
  HeadTrace head_trace;
  Mat logits;  ///< of all sequences: see logits_of
};

/// Where the encoder ends.
Layer last_layer(const Encoder& encoder);

/// Runs encoder and head on x (N, C), which stands at `layer`: word_embeddings(…) for Layer::word().
TracedPass traced_forward(const Encoder& encoder, Batch batch, Layer layer, Mat x);

/// Rows of some of a batch's sequences, one sequence after the other.
std::vector<std::size_t> rows_of(const Batch& batch, std::span<const std::size_t> sequences);

/// The pass as if its batch had been `sequences`, each of which may come several times: then one pass backward takes
/// the gradients of several F of one text. For heads that look at every token.
TracedPass repeated(const Encoder& encoder, const TracedPass& pass, std::span<const std::size_t> sequences);

/// ∂F/∂(hidden state at the pass's layer) (N, C) from ∂F/∂logits. May be called again with another F.
Mat gradient(const Encoder& encoder, const TracedPass& pass, Mat dlogits, const AttentionTap& tap = {});

}  // namespace limn
