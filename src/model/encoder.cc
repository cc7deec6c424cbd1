#include "model/encoder.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>

#include "math/attention.h"
#include "math/convolution.h"
#include "math/linear.h"
#include "math/rows.h"
#include "model/passes.h"
#include "model/position_tables.h"

namespace limn {
namespace {

// Each block's forward is followed by its vjp.

void norm(const Norm& weights, View x, NormTrace* trace) { norm(x, weights.w, weights.b, weights.epsilon, trace); }

void norm_vjp(const Norm& weights, const NormTrace& trace, View dx) { norm_vjp(dx, weights.w, trace); }

void linear(ConstView x, const Linear& weights, View y, bool residual = false) {
  limn::linear(x, weights.w, y, {.bias = weights.b, .residual = residual});
}

/// The position of each row within its sequence, as the family counts them.
std::vector<std::int32_t> positions(const EncoderConfig& config, const Batch& batch) {
  std::vector<std::int32_t> result(batch.rows());
  for (std::size_t sequence = 0; sequence < batch.sequences(); ++sequence) {
    const std::int32_t padding = config.padding ? static_cast<std::int32_t>(*config.padding) : -1;
    std::int32_t next = padding + 1;
    for (std::size_t row = batch.row_begin[sequence]; row < batch.row_begin[sequence + 1]; ++row) {
      const bool is_padding = config.padding && batch.ids[row] == padding;
      result[row] = is_padding ? padding : next++;
    }
  }
  return result;
}

/// x = project(norm(x + position + type)). @param positions, types of the rows
Mat embed(const Encoder& encoder, std::span<const std::int32_t> positions, std::span<const std::int32_t> types, Mat x,
          NormTrace* trace) {
  const EmbeddingWeights& weights = encoder.weights.embeddings;
  if (!weights.position.empty()) add_rows(weights.position, positions, x);
  if (!weights.token_type.empty()) add_rows(weights.token_type, types, x);
  norm(weights.norm, x, trace);
  if (weights.projection.w.empty()) return x;
  Mat projected(x.rows(), encoder.config.hidden_size);
  linear(x, weights.projection, projected);
  return projected;
}

Mat embed_vjp(const Encoder& encoder, const Trace& trace, Mat dx) {
  const EmbeddingWeights& weights = encoder.weights.embeddings;
  if (!weights.projection.w.empty()) {
    Mat below(dx.rows(), encoder.config.embedding_size);
    linear_vjp(dx, weights.projection.w, below);
    dx = std::move(below);
  }
  norm_vjp(weights.norm, trace.embedding_norm, dx);
  return dx;
}

/// Buffers that the layers of one pass share.
struct Workspace {
  Mat qkv;      // (N, 3C)
  Mat context;  // (N, C)
  Mat hidden;   // (N, F)
  Mat gate;     // (N, F)
  Mat branch;   // (N, C): what is added to the residual stream
  Mat input;    // (N, C): input of the first layer, if there is a convolution
};

/// One layer of one pass.
struct LayerPass {
  const EncoderConfig& config;
  const LayerWeights& weights;
  const Batch& batch;
  AttentionScores scores;
  const Rotation* rotation;  // null: no rotary embeddings
  Workspace& space;
};

/// The input of a block: x or, if norms come first, norm(x).
ConstView block_input(const LayerPass& pass, const Norm& weights, ConstView x, NormTrace* trace) {
  if (!pass.config.norm_first || weights.w.empty()) return x;
  Mat& branch = pass.space.branch;
  branch.resize(x.rows, x.columns);
  copy(x, branch);
  norm(weights, branch, trace);
  return branch;
}

/// Adds ∂F/∂x through a block's input to dx. products(view, accumulate) writes (or adds) the sum of the vjps of the
/// block's linear layers.
template <class Products>
void block_input_vjp(const LayerPass& pass, const Norm& weights, const NormTrace& trace, View dx,
                     const Products& products) {
  if (!pass.config.norm_first || weights.w.empty()) return products(dx, true);
  Mat& branch = pass.space.branch;
  branch.resize(dx.rows, dx.columns);
  products(branch.view(), false);
  norm_vjp(weights, trace, branch);
  add(branch, dx);
}

// x = norm(x + output(attention(query x, key x, value x))), or x + output(attention(… norm(x) …)), in two parts: rows
// depend on each other only in the first.

/// qkv = (query input, key input, value input), before rotation
void project(const LayerPass& pass, ConstView x, LayerTrace* trace, Mat& qkv) {
  const LayerWeights& weights = pass.weights;
  const std::size_t hidden_size = x.columns;
  const ConstView input = block_input(pass, weights.attention_norm, x, trace ? &trace->attention_norm : nullptr);
  qkv.resize(x.rows, 3 * hidden_size);
  const auto layer = [&](const Linear& linear, std::size_t index) {
    return LinearLayer{.w = linear.w,
                       .y = qkv.view().column_range(index * hidden_size, (index + 1) * hidden_size),
                       .epilogue = {.bias = linear.b}};
  };
  const LinearLayer layers[] = {layer(weights.query, 0), layer(weights.key, 1), layer(weights.value, 2)};
  limn::linear(input, layers);
}

/// space.context = attention(qkv), whose queries and keys are rotated before
void attend(const LayerPass& pass, Mat& qkv) {
  if (pass.rotation) rotate(qkv, pass.batch.row_begin, pass.config.heads, *pass.rotation);
  Mat& context = pass.space.context;
  context.resize(qkv.rows(), qkv.columns() / 3);
  attention(qkv, pass.batch.row_begin, pass.config.heads, pass.scores, context);
}

void attention_block(const LayerPass& pass, ConstView x, LayerTrace* trace) {
  Mat& qkv = trace ? trace->qkv : pass.space.qkv;
  project(pass, x, trace, qkv);
  attend(pass, qkv);
}

/// attention_block of rows of which several are equal. @param distinct those that differ, of which row i of the batch
/// is distinct[index[i]]
void attention_block(const LayerPass& pass, ConstView distinct, std::span<const std::size_t> index) {
  Mat qkv;
  project(pass, distinct, nullptr, qkv);
  gather(qkv, index, pass.space.qkv);
  attend(pass, pass.space.qkv);
}

/// Adds ∂F/∂x to dx, given ∂F/∂context in space.context.
void attention_block_vjp(const LayerPass& pass, View dx, const LayerTrace& trace) {
  const LayerWeights& weights = pass.weights;
  const std::size_t hidden_size = dx.columns;
  Mat& qkv = pass.space.qkv;
  qkv.resize(dx.rows, 3 * hidden_size);
  attention_vjp(trace.qkv, pass.batch.row_begin, pass.config.heads, pass.scores, pass.space.context, qkv);
  if (pass.rotation) rotate_vjp(qkv, pass.batch.row_begin, pass.config.heads, *pass.rotation);
  block_input_vjp(pass, weights.attention_norm, trace.attention_norm, dx, [&](View dinput, bool accumulate) {
    const auto layer = [&](const Linear& linear, std::size_t index) {
      return LinearLayerVjp{.dy = qkv.view().column_range(index * hidden_size, (index + 1) * hidden_size),
                            .w = linear.w};
    };
    const LinearLayerVjp layers[] = {layer(weights.query, 0), layer(weights.key, 1), layer(weights.value, 2)};
    linear_vjp(layers, dinput, {.accumulate = accumulate});
  });
}

/// x = norm(x + output(context)), or x + output(context)
void attention_output(const LayerPass& pass, View x, LayerTrace* trace) {
  const LayerWeights& weights = pass.weights;
  linear(pass.space.context, weights.output, x, true);
  if (!pass.config.norm_first) norm(weights.attention_norm, x, trace ? &trace->attention_norm : nullptr);
}

/// Replaces dx by ∂F/∂x without the way through context, and space.context by ∂F/∂context.
void attention_output_vjp(const LayerPass& pass, View dx, const LayerTrace& trace) {
  const LayerWeights& weights = pass.weights;
  if (!pass.config.norm_first) norm_vjp(weights.attention_norm, trace.attention_norm, dx);
  Mat& context = pass.space.context;
  context.resize(dx.rows, dx.columns);
  linear_vjp(dx, weights.output.w, context);
}

/// x = norm(x + down(act(up x) ∘ gate x)), or x + down(act(up norm(x)) ∘ gate norm(x)); only some families have a gate.
void feed_forward_block(const LayerPass& pass, View x, LayerTrace* trace) {
  const LayerWeights& weights = pass.weights;
  const ConstView input = block_input(pass, weights.feed_forward_norm, x, trace ? &trace->feed_forward_norm : nullptr);
  Mat &hidden = pass.space.hidden, &gate = pass.space.gate;
  const std::size_t units = weights.up.w.outputs();
  hidden.resize(x.rows, units);
  View derivative, ungated;
  if (trace != nullptr) {
    trace->activation_derivative.resize(x.rows, units);
    derivative = trace->activation_derivative;
  }
  limn::linear(input, weights.up.w, hidden,
               {.bias = weights.up.b, .activation = pass.config.activation, .derivative = derivative});
  if (!weights.gate.w.empty()) {
    gate.resize(x.rows, units);
    if (trace != nullptr) {
      trace->gate_value.resize(x.rows, units);
      ungated = trace->gate_value;
    }
    limn::linear(input, weights.gate.w, gate,
                 {.bias = weights.gate.b, .derivative = derivative, .gated = hidden, .ungated = ungated});
  }
  linear(hidden, weights.down, x, true);
  if (!pass.config.norm_first) norm(weights.feed_forward_norm, x, trace ? &trace->feed_forward_norm : nullptr);
}

void feed_forward_block_vjp(const LayerPass& pass, View dx, const LayerTrace& trace) {
  const LayerWeights& weights = pass.weights;
  if (!pass.config.norm_first) norm_vjp(weights.feed_forward_norm, trace.feed_forward_norm, dx);
  const bool gated = !weights.gate.w.empty();
  Mat &hidden = pass.space.hidden, &gate = pass.space.gate;
  hidden.resize(dx.rows, weights.up.w.outputs());
  VjpEpilogue through_activation = {.derivative = trace.activation_derivative};
  if (gated) {
    gate.resize(dx.rows, weights.gate.w.outputs());
    through_activation.ungated = trace.gate_value;
    through_activation.dgate = gate;
  }
  linear_vjp(dx, weights.down.w, hidden, through_activation);
  block_input_vjp(pass, weights.feed_forward_norm, trace.feed_forward_norm, dx, [&](View dinput, bool accumulate) {
    const LinearLayerVjp layers[] = {{.dy = hidden, .w = weights.up.w}, {.dy = gate, .w = weights.gate.w}};
    linear_vjp({layers, gated ? 2u : 1u}, dinput, {.accumulate = accumulate});
  });
}

/// x = norm(x + act(convolution(input))), where `input` is the input of the first layer and x its output
void convolution_block(const LayerPass& pass, const ConvolutionWeights& weights, View x, Trace* trace) {
  Mat& branch = pass.space.branch;
  branch.resize(x.rows, x.columns);
  if (trace != nullptr) trace->convolution_derivative.resize(x.rows, x.columns);
  convolution(pass.space.input, pass.batch.row_begin, weights.w, weights.b, branch);
  activate(pass.config.convolution.activation, branch, trace ? trace->convolution_derivative.view() : View());
  add(branch, x);
  norm(weights.norm, x, trace ? &trace->convolution_norm : nullptr);
}

/// Replaces dx by ∂F/∂x, and space.input by the part of ∂F/∂input that flows through the convolution.
void convolution_block_vjp(const LayerPass& pass, const ConvolutionWeights& weights, View dx, const Trace& trace) {
  norm_vjp(weights.norm, trace.convolution_norm, dx);
  Mat& branch = pass.space.branch;
  branch = copy(dx);
  activate_vjp(branch, trace.convolution_derivative);
  pass.space.input.resize(dx.rows, dx.columns);
  convolution_vjp(branch, pass.batch.row_begin, weights.w, pass.space.input);
}

/// The layers of one pass over a batch.
class Pass {
 public:
  Pass(const Encoder& encoder, const Batch& batch)
      : encoder_(encoder),
        batch_(batch),
        tables_(make_position_tables(encoder.config, encoder.weights, batch.longest())) {}

  LayerPass layer(std::size_t layer) {
    const EncoderConfig& config = encoder_.config;
    return {.config = config,
            .weights = encoder_.weights.layers[layer],
            .batch = batch_,
            .scores = scores_of(config, encoder_.weights, tables_, layer),
            .rotation = config.rotary.global_theta > 0 ? &rotation_of(config, tables_, layer) : nullptr,
            .space = space_};
  }

 private:
  const Encoder& encoder_;
  const Batch& batch_;
  PositionTables tables_;
  Workspace space_;
};

/// Whether a convolution runs in parallel with this layer.
bool has_convolution(const EncoderConfig& config, std::size_t layer) {
  return layer == 0 && config.convolution.width > 0;
}

bool has_final_norm(const EncoderConfig& config, std::size_t layer) {
  return config.norm_first && layer + 1 == config.layers;
}

/// Whether the rows of a layer's output may be computed separately, each from its own attention.
bool has_separate_rows(const EncoderConfig& config, std::size_t layer) {
  return layer + 1 == config.layers && !has_convolution(config, layer);
}

Mat rows_of(ConstView x, std::span<const std::size_t> rows) {
  Mat some;
  gather(x, rows, some);
  return some;
}

/// A matrix of `count` rows: those of x, and zeros between them.
Mat spread(ConstView x, std::span<const std::size_t> rows, std::size_t count) {
  Mat all = Mat::zeros(count, x.columns);
  for (std::size_t i = 0; i < rows.size(); ++i) std::ranges::copy(x.row_span(i), all.row(rows[i]));
  return all;
}

std::vector<std::size_t> nonzero_rows(ConstView x) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < x.rows; ++i)
    if (std::ranges::any_of(x.row_span(i), [](float value) { return value != 0; })) rows.push_back(i);
  return rows;
}

/// The rows of the last layer whose vjp is computed: those that are not 0, unless that saves little. Empty: all.
std::vector<std::size_t> rows_of_vjp(const Trace& trace, ConstView dx) {
  std::vector<std::size_t> rows = nonzero_rows(dx);
  if (rows.empty()) rows.push_back(0);
  if (!trace.last_rows.empty()) {
    assert(std::ranges::includes(trace.last_rows, rows));
    return trace.last_rows;
  }
  if (2 * rows.size() > dx.rows) rows.clear();
  return rows;
}

/// What the vjps above a layer's attention need, for some of its rows.
LayerTrace above_attention(const EncoderConfig& config, const LayerTrace& trace, std::span<const std::size_t> rows) {
  LayerTrace some;
  gather(trace.activation_derivative, rows, some.activation_derivative);
  if (config.gated) gather(trace.gate_value, rows, some.gate_value);
  if (!trace.feed_forward_norm.x_hat.view().empty()) gather(trace.feed_forward_norm, rows, some.feed_forward_norm);
  if (!config.norm_first) gather(trace.attention_norm, rows, some.attention_norm);
  return some;
}

/// A layer after its attention: its output, given its input x and space.context. @param needed as in forward
Mat after_attention(const Encoder& encoder, const LayerPass& pass, std::size_t layer, Mat x, Trace* trace,
                    std::span<const std::size_t> needed) {
  LayerTrace* const layer_trace = trace ? &trace->layers[layer] : nullptr;
  const std::size_t count = x.rows();
  const bool some_rows = !needed.empty() && has_separate_rows(encoder.config, layer);
  if (some_rows) {
    x = rows_of(x, needed);
    pass.space.context = rows_of(pass.space.context, needed);
    if (trace != nullptr) trace->last_rows.assign(needed.begin(), needed.end());
  }
  attention_output(pass, x, layer_trace);
  feed_forward_block(pass, x, layer_trace);
  if (has_convolution(encoder.config, layer)) convolution_block(pass, encoder.weights.convolution, x, trace);
  if (has_final_norm(encoder.config, layer)) norm(encoder.weights.final_norm, x, trace ? &trace->final_norm : nullptr);
  return some_rows ? spread(x, needed, count) : std::move(x);
}

/// The rows of a batch whose input of the first layer differs: row i of the batch has that of row first[index[i]].
struct DistinctRows {
  std::vector<std::size_t> first, index;
};

/// @param positions null: the input does not depend on them
DistinctRows distinct_rows(const Batch& batch, const std::vector<std::int32_t>* positions) {
  DistinctRows distinct;
  std::map<std::array<std::int32_t, 3>, std::size_t> seen;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    const std::array key = {batch.ids[row], batch.type_ids[row], positions != nullptr ? (*positions)[row] : 0};
    const auto [at, is_new] = seen.try_emplace(key, distinct.first.size());
    if (is_new) distinct.first.push_back(row);
    distinct.index.push_back(at->second);
  }
  return distinct;
}

}  // namespace

std::size_t size_at(const EncoderConfig& config, Layer layer) {
  return layer == Layer::word() ? config.embedding_size : config.hidden_size;
}

std::size_t Batch::longest() const {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < sequences(); ++i) longest = std::max(longest, row_begin[i + 1] - row_begin[i]);
  return longest;
}

void Batch::add(std::span<const std::int32_t> sequence_ids, std::span<const std::int32_t> sequence_type_ids,
                std::size_t unpooled_rows) {
  assert(sequence_ids.size() == sequence_type_ids.size());
  ids.insert(ids.end(), sequence_ids.begin(), sequence_ids.end());
  type_ids.insert(type_ids.end(), sequence_type_ids.begin(), sequence_type_ids.end());
  row_begin.push_back(ids.size());
  unpooled.push_back(unpooled_rows);
}

Mat word_embeddings(const Encoder& encoder, const Batch& batch) {
  return gather_rows(encoder.weights.embeddings.word, batch.ids);
}

Mat forward(const Encoder& encoder, const Batch& batch, Layer from, Mat x, Layer to, Trace* trace,
            std::span<const std::size_t> needed) {
  assert(x.rows() == batch.rows() && from.number <= to.number);
  if (from.number < to.number) begin_pass(encoder.watch);
  if (trace != nullptr) {
    allocate(*trace, encoder.config, batch.rows(), from, to);
    trace->last_rows.clear();
  }
  Pass pass(encoder, batch);
  if (from == Layer::word() && to != Layer::word())
    x = embed(encoder, positions(encoder.config, batch), batch.type_ids, std::move(x),
              trace ? &trace->embedding_norm : nullptr);
  for (int number = std::max(from.number, 0) + 1; number <= to.number; ++number) {
    const auto layer = static_cast<std::size_t>(number - 1);
    const LayerPass layer_pass = pass.layer(layer);
    if (has_convolution(encoder.config, layer)) layer_pass.space.input = copy(x);
    attention_block(layer_pass, x, trace ? &trace->layers[layer] : nullptr);
    x = after_attention(encoder, layer_pass, layer, std::move(x), trace, needed);
  }
  return x;
}

Mat forward_words(const Encoder& encoder, const Batch& batch, Layer to, std::span<const std::size_t> needed) {
  const std::vector<std::int32_t> of_rows = positions(encoder.config, batch);
  const DistinctRows distinct = distinct_rows(batch, encoder.weights.embeddings.position.empty() ? nullptr : &of_rows);
  if (to.number < 1 || 4 * distinct.first.size() > 3 * batch.rows())
    return forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), to, nullptr, needed);
  begin_pass(encoder.watch);
  const auto some = [&](const std::vector<std::int32_t>& values) {
    std::vector<std::int32_t> result;
    for (const std::size_t row : distinct.first) result.push_back(values[row]);
    return result;
  };
  const Mat rows = embed(encoder, some(of_rows), some(batch.type_ids),
                         gather_rows(encoder.weights.embeddings.word, some(batch.ids)), nullptr);
  Pass pass(encoder, batch);
  const LayerPass first = pass.layer(0);
  Mat x = rows_of(rows, distinct.index);
  if (has_convolution(encoder.config, 0)) first.space.input = copy(x);
  attention_block(first, rows, distinct.index);
  x = after_attention(encoder, first, 0, std::move(x), nullptr, needed);
  for (int number = 2; number <= to.number; ++number) {
    const auto layer = static_cast<std::size_t>(number - 1);
    const LayerPass layer_pass = pass.layer(layer);
    attention_block(layer_pass, x, nullptr);
    x = after_attention(encoder, layer_pass, layer, std::move(x), nullptr, needed);
  }
  return x;
}

Mat vjp(const Encoder& encoder, const Batch& batch, Layer from, Mat dx, Layer to, const Trace& trace,
        const AttentionTap& tap) {
  assert(dx.rows() == batch.rows() && from.number <= to.number);
  if (from.number < to.number) begin_pass(encoder.watch);
  Pass pass(encoder, batch);
  for (int number = to.number; number > from.number; --number) {
    if (number == 0) {
      dx = embed_vjp(encoder, trace, std::move(dx));
      continue;
    }
    const auto layer = static_cast<std::size_t>(number - 1);
    const LayerPass layer_pass = pass.layer(layer);
    const LayerTrace& layer_trace = trace.layers[layer];
    std::vector<std::size_t> rows;
    if (has_separate_rows(encoder.config, layer)) rows = rows_of_vjp(trace, dx);
    LayerTrace some;
    NormTrace some_final;
    const bool is_gathered = !rows.empty() && trace.last_rows.empty();
    if (!rows.empty()) dx = rows_of(dx, rows);
    if (is_gathered) some = above_attention(encoder.config, layer_trace, rows);
    if (is_gathered && has_final_norm(encoder.config, layer)) gather(trace.final_norm, rows, some_final);
    const LayerTrace& above = is_gathered ? some : layer_trace;
    if (has_final_norm(encoder.config, layer))
      norm_vjp(encoder.weights.final_norm, is_gathered ? some_final : trace.final_norm, dx);
    if (has_convolution(encoder.config, layer))
      convolution_block_vjp(layer_pass, encoder.weights.convolution, dx, trace);
    feed_forward_block_vjp(layer_pass, dx, above);
    attention_output_vjp(layer_pass, dx, above);
    if (!rows.empty()) {
      dx = spread(dx, rows, batch.rows());
      layer_pass.space.context = spread(layer_pass.space.context, rows, batch.rows());
    }
    if (tap) tap(layer, layer_pass.space.context);
    attention_block_vjp(layer_pass, dx, layer_trace);
    if (has_convolution(encoder.config, layer)) add(layer_pass.space.input, dx);
  }
  return dx;
}

}  // namespace limn
