#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/encoder.h"
#include "model/head.h"

namespace limn {

/// A forward pass, with the activations that the backward pass needs.
struct TracedPass {
  Batch batch;
  Layer layer;  ///< where gradients are taken
  Trace trace;
  HeadTrace head_trace;
  Mat logits;  ///< logits of all sequences: see logits_of
};

/// The encoder's last layer.
Layer last_layer(const Encoder& encoder);

/// Runs encoder and head; x is the hidden state at `layer` (N, C), for example word_embeddings(…) at Layer::word().
TracedPass traced_forward(const Encoder& encoder, Batch batch, Layer layer, Mat x);

/// Returns the rows of some of a batch's sequences, sequence by sequence.
std::vector<std::size_t> rows_of(const Batch& batch, std::span<const std::size_t> sequences);

/// Returns the pass as if its batch had consisted of `sequences`, which may repeat, so that one backward pass computes
/// the gradients of several F of one text. For heads with logits for every token.
TracedPass repeated(const Encoder& encoder, const TracedPass& pass, std::span<const std::size_t> sequences);

/// Computes ∂F/∂(hidden state at the pass's layer) (N, C) from ∂F/∂logits. May be called repeatedly with different F.
Mat gradient(const Encoder& encoder, const TracedPass& pass, Mat dlogits, const AttentionTap& tap = {});

}  // namespace limn
