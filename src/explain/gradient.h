#pragma once

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

/// ∂F/∂(what stands at the pass's layer) (N, C) from ∂F/∂logits. May be called again with another F.
Mat gradient(const Encoder& encoder, const TracedPass& pass, Mat dlogits, const AttentionTap& tap = {});

}  // namespace limn
