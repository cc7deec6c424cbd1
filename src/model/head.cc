#include "model/head.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "math/linear.h"
#include "math/rows.h"

namespace limn {
namespace {

/// The rows of a sequence that are pooled: row i counts `weight(i)` times, and the sum is divided by `divisor`.
struct PooledRows {
  std::size_t begin, end;
  std::size_t first;  ///< of the sequence
  bool weighted;
  float divisor;

  float weight(std::size_t row) const { return weighted ? static_cast<float>(row - first + 1) : 1.f; }
};

PooledRows pooled_rows(Pooling pooling, const Batch& batch, std::size_t sequence) {
  const std::size_t first = batch.row_begin[sequence], end = batch.row_begin[sequence + 1];
  const std::size_t begin = std::min(first + batch.unpooled[sequence], end - 1);
  const auto count = static_cast<float>(end - begin);
  switch (pooling) {
    case Pooling::first:
      return {begin, begin + 1, first, false, 1};
    case Pooling::last:
      return {end - 1, end, first, false, 1};
    case Pooling::mean:
      return {begin, end, first, false, count};
    case Pooling::mean_sqrt_length:
      return {begin, end, first, false, std::sqrt(count)};
    case Pooling::weighted_mean:
      return {begin, end, first, true, count * static_cast<float>(begin - first + 1 + end - first) / 2};
    case Pooling::max:
    case Pooling::none:
      break;
  }
  return {begin, end, first, false, 1};
}

/// @param largest receives the row of each element that max pooling selects; may be null.
void pool(Pooling pooling, const Batch& batch, ConstView hidden, std::vector<std::size_t>* largest, View x) {
  if (largest != nullptr && pooling == Pooling::max) largest->assign(batch.sequences() * hidden.columns, 0);
  for (std::size_t sequence = 0; sequence < batch.sequences(); ++sequence) {
    const PooledRows rows = pooled_rows(pooling, batch, sequence);
    float* row = x.row(sequence);
    if (pooling == Pooling::max) {
      for (std::size_t j = 0; j < hidden.columns; ++j) {
        std::size_t best = rows.begin;
        for (std::size_t i = rows.begin + 1; i < rows.end; ++i)
          if (hidden(i, j) > hidden(best, j)) best = i;
        row[j] = hidden(best, j);
        if (largest != nullptr) (*largest)[sequence * hidden.columns + j] = best;
      }
      continue;
    }
    std::fill_n(row, hidden.columns, 0.f);
    for (std::size_t i = rows.begin; i < rows.end; ++i)
      for (std::size_t j = 0; j < hidden.columns; ++j) row[j] += rows.weight(i) * hidden(i, j);
    for (std::size_t j = 0; j < hidden.columns; ++j) row[j] /= rows.divisor;
  }
}

/// Adds the vjp of pool() to dhidden.
void pool_vjp(Pooling pooling, const Batch& batch, ConstView dx, const std::vector<std::size_t>& largest,
              View dhidden) {
  for (std::size_t sequence = 0; sequence < batch.sequences(); ++sequence) {
    const PooledRows rows = pooled_rows(pooling, batch, sequence);
    for (std::size_t j = 0; j < dx.columns; ++j) {
      if (pooling == Pooling::max) {
        dhidden(largest[sequence * dx.columns + j], j) += dx(sequence, j);
        continue;
      }
      for (std::size_t i = rows.begin; i < rows.end; ++i)
        dhidden(i, j) += rows.weight(i) * dx(sequence, j) / rows.divisor;
    }
  }
}

/// The head's input: one row per sequence, which concatenates the poolings, or all rows.
Mat pooled(const Head& head, const Batch& batch, ConstView hidden, std::vector<std::size_t>* largest) {
  if (!head.pools()) return copy(hidden);
  Mat x(batch.sequences(), head.poolings.size() * hidden.columns);
  for (std::size_t p = 0; p < head.poolings.size(); ++p)
    pool(head.poolings[p], batch, hidden, largest, x.view().column_range(p * hidden.columns, (p + 1) * hidden.columns));
  return x;
}

Mat pooled_vjp(const Head& head, const Batch& batch, Mat dx, const std::vector<std::size_t>& largest) {
  if (!head.pools()) return dx;
  const std::size_t hidden_size = dx.columns() / head.poolings.size();
  Mat dhidden = Mat::zeros(batch.rows(), hidden_size);
  for (std::size_t p = 0; p < head.poolings.size(); ++p)
    pool_vjp(head.poolings[p], batch, std::as_const(dx).view().column_range(p * hidden_size, (p + 1) * hidden_size),
             largest, dhidden);
  return dhidden;
}

/// x = x / ‖x‖, row by row. @param trace may be null.
void to_unit_length(View x, HeadStepTrace* trace) {
  constexpr float least = 1e-12f;  // as in torch.nn.functional.normalize
  if (trace != nullptr) trace->inverse_length.clear();
  for (std::size_t i = 0; i < x.rows; ++i) {
    double squares = 0;
    for (const float value : x.row_span(i)) squares += double{value} * value;
    const float inverse = 1 / std::max(static_cast<float>(std::sqrt(squares)), least);
    for (float& value : x.row_span(i)) value *= inverse;
    if (trace != nullptr) trace->inverse_length.push_back(inverse);
  }
  if (trace != nullptr) trace->unit = copy(x);
}

/// dx = (dy − u (u · dy)) / ‖x‖ with u = x / ‖x‖, in place.
void to_unit_length_vjp(View dx, const HeadStepTrace& trace) {
  for (std::size_t i = 0; i < dx.rows; ++i) {
    double along = 0;
    for (std::size_t j = 0; j < dx.columns; ++j) along += double{dx(i, j)} * trace.unit(i, j);
    for (std::size_t j = 0; j < dx.columns; ++j)
      dx(i, j) = (dx(i, j) - trace.unit(i, j) * static_cast<float>(along)) * trace.inverse_length[i];
  }
}

}  // namespace

std::vector<std::size_t> rows_read(const Encoder& encoder, const Batch& batch) {
  const std::vector<Pooling>& poolings = encoder.weights.head.poolings;
  const auto is_one_row = [](Pooling pooling) { return pooling == Pooling::first || pooling == Pooling::last; };
  std::vector<std::size_t> rows;
  if (poolings.empty() || !std::ranges::all_of(poolings, is_one_row)) return rows;
  for (std::size_t sequence = 0; sequence < batch.sequences(); ++sequence)
    for (const Pooling pooling : poolings) rows.push_back(pooled_rows(pooling, batch, sequence).begin);
  std::ranges::sort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

Mat head_forward(const Encoder& encoder, const Batch& batch, ConstView hidden, HeadTrace* trace) {
  const Head& head = encoder.weights.head;
  if (trace != nullptr) trace->steps.resize(head.steps.size());
  Mat x = pooled(head, batch, hidden, trace ? &trace->largest : nullptr);
  for (std::size_t s = 0; s < head.steps.size(); ++s) {
    const HeadStep& step = head.steps[s];
    HeadStepTrace* step_trace = trace ? &trace->steps[s] : nullptr;
    if (step.linear.w.empty()) {
      to_unit_length(x, step_trace);
      continue;
    }
    Mat y(x.rows(), step.linear.w.outputs());
    View derivative;
    if (step_trace != nullptr) {
      step_trace->activation_derivative.resize(y.rows(), y.columns());
      derivative = step_trace->activation_derivative;
    }
    linear(x, step.linear.w, y, {.bias = step.linear.b, .activation = step.activation, .derivative = derivative});
    if (step.norm) norm(y, step.norm->w, step.norm->b, step.norm->epsilon, step_trace ? &step_trace->norm : nullptr);
    x = std::move(y);
  }
  return x;
}

Mat logits_of_texts(const Encoder& encoder, const Batch& batch) {
  const Layer last = {static_cast<int>(encoder.config.layers)};
  const Mat hidden = forward_words(encoder, batch, last, rows_read(encoder, batch));
  return head_forward(encoder, batch, hidden);
}

Mat pooled_parts(const Encoder& encoder, const Batch& batch, ConstView hidden) {
  const std::vector<Pooling>& poolings = encoder.weights.head.poolings;
  Mat parts = Mat::zeros(hidden.rows, poolings.size() * hidden.columns);
  for (std::size_t p = 0; p < poolings.size(); ++p) {
    const View part = parts.view().column_range(p * hidden.columns, (p + 1) * hidden.columns);
    // With ∂F/∂pooled = 1, the vjp is the factor with which each element of the hidden state counts.
    std::vector<std::size_t> largest;
    Mat pooled(batch.sequences(), hidden.columns);
    pool(poolings[p], batch, hidden, &largest, pooled);
    fill(pooled, 1);
    pool_vjp(poolings[p], batch, pooled, largest, part);
    for (std::size_t i = 0; i < part.rows; ++i)
      for (std::size_t j = 0; j < part.columns; ++j) part(i, j) *= hidden(i, j);
  }
  return parts;
}

Mat head_vjp(const Encoder& encoder, const Batch& batch, Mat dlogits, const HeadTrace& trace) {
  const Head& head = encoder.weights.head;
  Mat dx = std::move(dlogits);
  for (std::size_t s = head.steps.size(); s-- > 0;) {
    const HeadStep& step = head.steps[s];
    if (step.linear.w.empty()) {
      to_unit_length_vjp(dx, trace.steps[s]);
      continue;
    }
    if (step.norm) norm_vjp(dx, step.norm->w, trace.steps[s].norm);
    activate_vjp(dx, trace.steps[s].activation_derivative);
    Mat below(dx.rows(), step.linear.w.inputs());
    linear_vjp(dx, step.linear.w, below);
    dx = std::move(below);
  }
  return pooled_vjp(head, batch, std::move(dx), trace.largest);
}

HeadTrace gather([[maybe_unused]] const Encoder& encoder, const HeadTrace& trace, std::span<const std::size_t> rows) {
  assert(!encoder.weights.head.pools());
  HeadTrace result;
  for (const HeadStepTrace& step : trace.steps) {
    HeadStepTrace& gathered = result.steps.emplace_back();
    gather(step.activation_derivative, rows, gathered.activation_derivative);
    if (!step.norm.x_hat.view().empty()) gather(step.norm, rows, gathered.norm);
  }
  return result;
}

}  // namespace limn
