#include "model/encoder.h"

#include <algorithm>
#include <cassert>

#include "base/parallel.h"
#include "math/attention.h"
#include "math/kernels.h"
#include "math/linear.h"

namespace limn {
namespace {

// Each block's forward stands beside its vjp.

void norm(const Norm& weights, View x, NormTrace* trace) { norm(x, weights.w, weights.b, weights.epsilon, trace); }

void norm_vjp(const Norm& weights, const NormTrace& trace, View dx) { norm_vjp(dx, weights.w, trace); }

/// x = norm(x + position + type)
void embed(const Encoder& encoder, const Batch& batch, View x, NormTrace* trace) {
  const EmbeddingWeights& weights = encoder.weights.embeddings;
  for (std::size_t sequence = 0; sequence < batch.sequences(); sequence++) {
    const std::size_t begin = batch.row_begin[sequence], end = batch.row_begin[sequence + 1];
    for (std::size_t row = begin; row < end; row++) {
      kernels().add(weights.position.row(row - begin), x.columns, x.row(row));
      if (!weights.token_type.empty())
        kernels().add(weights.token_type.row(static_cast<std::size_t>(batch.type_ids[row])), x.columns, x.row(row));
    }
  }
  norm(weights.norm, x, trace);
}

void embed_vjp(const Encoder& encoder, const Trace& trace, View dx) {
  norm_vjp(encoder.weights.embeddings.norm, trace.embedding_norm, dx);
}

/// Gives every matrix of the trace its place in one block.
void allocate(Trace& trace, const EncoderConfig& config, std::size_t rows, Layer from, Layer to) {
  const std::size_t channels = config.channels, layers = static_cast<std::size_t>(std::max(to.number, 0) - std::max(from.number, 0));
  const std::size_t layer_floats = 5 * channels + config.feed_forward;
  trace.block.reset();  // before the new one is asked for
  trace.block.reset(new float[rows * (channels + layers * layer_floats)]);
  float* next = trace.block.get();
  const auto place = [&](Mat& mat, std::size_t columns) {
    mat.place(next, rows * columns);
    next += rows * columns;
  };
  place(trace.embedding_norm.x_hat, channels);
  trace.layers.resize(config.layers);
  const auto first = static_cast<std::size_t>(std::max(from.number, 0));
  for (std::size_t i = first; i < first + layers; i++) {
    place(trace.layers[i].qkv, 3 * channels);
    place(trace.layers[i].activation_slope, config.feed_forward);
    place(trace.layers[i].attention_norm.x_hat, channels);
    place(trace.layers[i].feed_forward_norm.x_hat, channels);
  }
}

/// Buffers that the layers of one pass share.
struct Workspace {
  Mat qkv;      // (N, 3C)
  Mat context;  // (N, C)
  Mat hidden;   // (N, F)
};

/// x = norm(x + output(attention(query x, key x, value x)))
void attention_block(const LayerWeights& weights, std::size_t heads, const Batch& batch, View x, Workspace& space, LayerTrace* trace) {
  const std::size_t channels = x.columns;
  Mat& qkv = trace ? trace->qkv : space.qkv;
  qkv.resize(x.rows, 3 * channels);
  linear(x, weights.query.w, weights.query.b, qkv.view().column_range(0, channels));
  linear(x, weights.key.w, weights.key.b, qkv.view().column_range(channels, 2 * channels));
  linear(x, weights.value.w, weights.value.b, qkv.view().column_range(2 * channels, 3 * channels));
  space.context.resize(x.rows, channels);
  attention(qkv, batch.row_begin, heads, space.context);
  linear(space.context, weights.output.w, weights.output.b, x, true);
  norm(weights.attention_norm, x, trace ? &trace->attention_norm : nullptr);
}

template <class Tap>
void attention_block_vjp(const LayerWeights& weights, std::size_t heads, const Batch& batch, View dx, Workspace& space,
                         const LayerTrace& trace, const Tap& tap) {
  const std::size_t channels = dx.columns;
  norm_vjp(weights.attention_norm, trace.attention_norm, dx);
  space.context.resize(dx.rows, channels);
  linear_vjp(dx, weights.output.w, space.context);
  tap(space.context);
  space.qkv.resize(dx.rows, 3 * channels);
  attention_vjp(trace.qkv, batch.row_begin, heads, space.context, space.qkv);
  linear_vjp(space.qkv.view().column_range(0, channels), weights.query.w, dx, true);
  linear_vjp(space.qkv.view().column_range(channels, 2 * channels), weights.key.w, dx, true);
  linear_vjp(space.qkv.view().column_range(2 * channels, 3 * channels), weights.value.w, dx, true);
}

/// x = norm(x + down(act(up x)))
void feed_forward_block(const LayerWeights& weights, Activation activation, View x, Workspace& space, LayerTrace* trace) {
  space.hidden.resize(x.rows, weights.up.w.rows);
  if (trace != nullptr) trace->activation_slope.resize(x.rows, weights.up.w.rows);
  linear(x, weights.up.w, weights.up.b, space.hidden, false, [&](View tile, std::size_t row, std::size_t column) {
    for (std::size_t i = 0; i < tile.rows; i++)
      kernels().activate(activation, tile.row(i), tile.columns, trace ? trace->activation_slope.row(row + i) + column : nullptr);
  });
  linear(space.hidden, weights.down.w, weights.down.b, x, true);
  norm(weights.feed_forward_norm, x, trace ? &trace->feed_forward_norm : nullptr);
}

void feed_forward_block_vjp(const LayerWeights& weights, View dx, Workspace& space, const LayerTrace& trace) {
  norm_vjp(weights.feed_forward_norm, trace.feed_forward_norm, dx);
  space.hidden.resize(dx.rows, weights.up.w.rows);
  linear_vjp(dx, weights.down.w, space.hidden);
  parallel_for_rows(dx.rows, [&](std::size_t i) {
    kernels().activate_vjp(space.hidden.row(i), trace.activation_slope.row(i), space.hidden.columns());
  });
  linear_vjp(space.hidden, weights.up.w, dx, true);
}

}  // namespace

std::size_t trace_floats_a_row(const EncoderConfig& config) {
  return config.channels + config.layers * (5 * config.channels + config.feed_forward);
}

void Batch::add(std::span<const std::int32_t> sequence_ids, std::span<const std::int32_t> sequence_type_ids) {
  assert(sequence_ids.size() == sequence_type_ids.size());
  ids.insert(ids.end(), sequence_ids.begin(), sequence_ids.end());
  type_ids.insert(type_ids.end(), sequence_type_ids.begin(), sequence_type_ids.end());
  row_begin.push_back(ids.size());
}

Mat word_embeddings(const Encoder& encoder, const Batch& batch) {
  const ConstView word = encoder.weights.embeddings.word;
  Mat x(batch.rows(), word.columns);
  for (std::size_t i = 0; i < batch.rows(); i++)
    std::copy_n(word.row(static_cast<std::size_t>(batch.ids[i])), word.columns, x.row(i));
  return x;
}

Mat forward(const Encoder& encoder, const Batch& batch, Layer from, Mat x, Layer to, Trace* trace) {
  assert(x.rows() == batch.rows() && from.number <= to.number);
  if (trace != nullptr) allocate(*trace, encoder.config, batch.rows(), from, to);
  Workspace space;
  for (int number = from.number + 1; number <= to.number; number++) {
    if (number == 0) {
      embed(encoder, batch, x, trace ? &trace->embedding_norm : nullptr);
      continue;
    }
    const auto layer = static_cast<std::size_t>(number - 1);
    const LayerWeights& weights = encoder.weights.layers[layer];
    LayerTrace* layer_trace = trace ? &trace->layers[layer] : nullptr;
    attention_block(weights, encoder.config.heads, batch, x, space, layer_trace);
    feed_forward_block(weights, encoder.config.activation, x, space, layer_trace);
  }
  return x;
}

Mat vjp(const Encoder& encoder, const Batch& batch, Layer from, Mat dx, Layer to, const Trace& trace,
        const AttentionTap& tap) {
  assert(dx.rows() == batch.rows() && from.number <= to.number);
  Workspace space;
  for (int number = to.number; number > from.number; number--) {
    if (number == 0) {
      embed_vjp(encoder, trace, dx);
      continue;
    }
    const auto layer = static_cast<std::size_t>(number - 1);
    const LayerWeights& weights = encoder.weights.layers[layer];
    const LayerTrace& layer_trace = trace.layers[layer];
    feed_forward_block_vjp(weights, dx, space, layer_trace);
    attention_block_vjp(weights, encoder.config.heads, batch, dx, space, layer_trace,
                        [&](ConstView dcontext) { if (tap) tap(layer, dcontext); });
  }
  return dx;
}

}  // namespace limn
