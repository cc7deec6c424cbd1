#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "limn/options.h"
#include "limn/watch.h"
#include "math/mat.h"
#include "math/norm.h"
#include "model/config.h"
#include "model/weights.h"

namespace limn {

// Letters: N packed rows (all tokens of all sequences of a batch), E channels of word embeddings, C channels (mostly
// the same), F feed-forward.

/// Sequences packed row by row: no padding, no mask. row_begin (sequences + 1) says where each one starts.
struct Batch {
  std::vector<std::int32_t> ids, type_ids;  // (N)
  std::vector<std::size_t> row_begin = {0};

  void add(std::span<const std::int32_t> sequence_ids, std::span<const std::int32_t> sequence_type_ids);
  std::size_t rows() const { return ids.size(); }
  std::size_t sequences() const { return row_begin.size() - 1; }
  std::size_t longest() const;  ///< rows of the longest sequence
};

/// What the backward pass of a layer needs; inputs of linear layers are not in it, since only ∂/∂input is wanted.
struct LayerTrace {
  Mat qkv;                    // (N, 3C), queries and keys turned by their positions where the family does that
  Mat activation_derivative;  // (N, F): act′ at the feed-forward's hidden units, times their gate
  Mat gate_value;             // (N, F): act at those units, where they have a gate
  NormTrace attention_norm, feed_forward_norm;
};

/// All matrices of a trace stand in one block: many of changing sizes would leave the heap full of holes.
struct Trace {
  std::unique_ptr<float[]> block;
  NormTrace embedding_norm, final_norm, convolution_norm;
  Mat convolution_derivative;  // (N, C)
  std::vector<LayerTrace> layers;
};

/// Floats that a trace needs for each row that runs through all layers.
std::size_t trace_floats_a_row(const EncoderConfig& config);

/// The encoder of one checkpoint, for the length of one call: config, weights and watch must outlive it.
struct Encoder {
  const EncoderConfig& config;
  const Weights& weights;
  const Watch* watch = nullptr;  ///< asked before each pass, forward or backward
};

/// Width of the hidden state at a layer: E or C.
std::size_t size_at(const EncoderConfig& config, Layer layer);

/// The batch's word embeddings e (N, E): rows of the embedding matrix, before positions, types and norm.
/// All ids must be within the vocabulary, all sequences within the positions.
Mat word_embeddings(const Encoder& encoder, const Batch& batch);

/// Runs the layers from `from` to `to`; x is the hidden state at `from` (N, size_at(from)), the result that at `to`.
/// Layer::word(): the word embeddings, see above; Layer::embeddings(): the input of the first layer, that is, the
/// output of the embedding block after its norm and projection; N: the output of layer N, for the last layer after the
/// final norm if there is one. A trace keeps what vjp needs.
Mat forward(const Encoder& encoder, const Batch& batch, Layer from, Mat x, Layer to, Trace* trace = nullptr);

/// The trace of some of a batch's rows (whole sequences, perhaps several times), so that one pass backward serves
/// several F. `from` and `to` as in forward.
Trace gather(const Encoder& encoder, const Trace& trace, Layer from, Layer to, std::span<const std::size_t> rows);

/// Called by vjp for each layer (from 0), last to first, with ∂F/∂(the attention heads' outputs side by side) (N, C).
using AttentionTap = std::function<void(std::size_t layer, ConstView dcontext)>;

/// ∂F/∂(hidden state at `from`) from dx = ∂F/∂(hidden state at `to`); mirrors forward, line by line, from the bottom
/// up.
Mat vjp(const Encoder& encoder, const Batch& batch, Layer from, Mat dx, Layer to, const Trace& trace,
        const AttentionTap& tap = {});

}  // namespace limn
