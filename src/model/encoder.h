#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "limn/options.h"
#include "limn/watch.h"
#include "math/mat.h"
#include "model/config.h"
#include "model/trace.h"
#include "model/weights.h"

namespace limn {

// Letters: N packed rows (all tokens of all sequences of a batch), E embedding size, C hidden size (mostly the same),
// F intermediate size.

/// Sequences packed row by row: no padding, no mask. Sequence i has the rows row_begin[i] to row_begin[i + 1].
struct Batch {
  std::vector<std::int32_t> ids, type_ids;  // (N)
  std::vector<std::size_t> row_begin = {0};
  std::vector<std::size_t> unpooled;  ///< (sequences): rows at the beginning that pooling leaves out

  void add(std::span<const std::int32_t> sequence_ids, std::span<const std::int32_t> sequence_type_ids,
           std::size_t unpooled_rows = 0);
  std::size_t rows() const { return ids.size(); }
  std::size_t sequences() const { return row_begin.size() - 1; }
  std::size_t longest() const;  ///< rows of the longest sequence
};

/// The encoder of one checkpoint, valid during one call: config, weights and watch must outlive it.
struct Encoder {
  const EncoderConfig& config;
  const Weights& weights;
  const Watch* watch = nullptr;  ///< checked before each forward or backward pass
};

/// The size of the hidden state at a layer: E at Layer::word(), else C.
std::size_t size_at(const EncoderConfig& config, Layer layer);

/// The batch's word embeddings e (N, E): rows of the embedding matrix, before positions, token types and norm.
/// All ids must be less than V, and no sequence longer than the max positions.
Mat word_embeddings(const Encoder& encoder, const Batch& batch);

/// Runs the layers from `from` to `to`. x is the hidden state at `from` (N, size_at(from)); returns the hidden state at
/// `to`. Layer::word() stands for the word embeddings (see above); Layer::embeddings() for the input of the first
/// layer, that is, the output of the embedding block after its norm and projection; a number i for the output of layer
/// i, after the final norm if it is the last layer and there is one. `trace` receives what vjp needs.
/// @param needed the rows of the last layer's output that the head reads, ascending; all others may be left 0. Empty:
/// all rows.
Mat forward(const Encoder& encoder, const Batch& batch, Layer from, Mat x, Layer to, Trace* trace = nullptr,
            std::span<const std::size_t> needed = {});

/// forward from the batch's word embeddings, without a trace. Rows with the same token, type and position have the same
/// input of the first layer, and share its queries, keys and values: most rows of texts that differ in few tokens.
Mat forward_words(const Encoder& encoder, const Batch& batch, Layer to, std::span<const std::size_t> needed = {});

/// vjp calls it for each layer (numbered from 0), last to first, with ∂F/∂(the concatenated outputs of the attention
/// heads) (N, C).
using AttentionTap = std::function<void(std::size_t layer, ConstView dcontext)>;

/// Returns ∂F/∂(hidden state at `from`), given dx = ∂F/∂(hidden state at `to`). Mirrors forward line by line, in
/// reverse order. At the last layer, rows of dx that are 0 cost nothing above its attention.
Mat vjp(const Encoder& encoder, const Batch& batch, Layer from, Mat dx, Layer to, const Trace& trace,
        const AttentionTap& tap = {});

}  // namespace limn
