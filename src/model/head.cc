#include "model/head.h"

#include <algorithm>
#include <cassert>

#include "math/kernels.h"
#include "math/linear.h"
#include "math/rows.h"

namespace limn {
namespace {

/// Calls visit(sequence, begin, end) with the rows that each sequence's pooled row is made of.
template <class Visit>
void for_pooled_rows(Pooling pooling, const Batch& batch, const Visit& visit) {
  for (std::size_t sequence = 0; sequence < batch.sequences(); ++sequence) {
    const std::size_t begin = batch.row_begin[sequence];
    visit(sequence, begin, pooling == Pooling::first ? begin + 1 : batch.row_begin[sequence + 1]);
  }
}

/// Pools to one row per sequence; Pooling::none keeps all rows. @param largest receives the row of each element that
/// max pooling selects, (sequences, C).
Mat pool(Pooling pooling, const Batch& batch, ConstView hidden, std::vector<std::size_t>* largest) {
  if (pooling == Pooling::none) return copy(hidden);
  const std::size_t columns = hidden.columns;
  Mat x(batch.sequences(), columns);
  if (largest != nullptr && pooling == Pooling::max) largest->assign(batch.sequences() * columns, 0);
  for_pooled_rows(pooling, batch, [&](std::size_t sequence, std::size_t begin, std::size_t end) {
    float* row = x.row(sequence);
    std::copy_n(hidden.row(begin), columns, row);
    if (pooling == Pooling::max) {
      for (std::size_t j = 0; j < columns; ++j) {
        std::size_t best = begin;
        for (std::size_t i = begin + 1; i < end; ++i)
          if (hidden(i, j) > hidden(best, j)) best = i;
        row[j] = hidden(best, j);
        if (largest != nullptr) (*largest)[sequence * columns + j] = best;
      }
      return;
    }
    for (std::size_t i = begin + 1; i < end; ++i) kernels().add(hidden.row(i), columns, row);
    for (std::size_t j = 0; j < columns; ++j) row[j] /= static_cast<float>(end - begin);
  });
  return x;
}

Mat pool_vjp(Pooling pooling, const Batch& batch, Mat dx, const std::vector<std::size_t>& largest) {
  if (pooling == Pooling::none) return dx;
  const std::size_t columns = dx.columns();
  Mat dhidden = Mat::zeros(batch.rows(), columns);
  if (pooling == Pooling::max) {
    for (std::size_t k = 0; k < largest.size(); ++k) dhidden(largest[k], k % columns) = dx(k / columns, k % columns);
    return dhidden;
  }
  for_pooled_rows(pooling, batch, [&](std::size_t sequence, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      for (std::size_t j = 0; j < columns; ++j) dhidden(i, j) = dx(sequence, j) / static_cast<float>(end - begin);
  });
  return dhidden;
}

}  // namespace

Mat head_forward(const Encoder& encoder, const Batch& batch, ConstView hidden, HeadTrace* trace) {
  const Head& head = encoder.weights.head;
  if (trace != nullptr) trace->steps.resize(head.steps.size());
  Mat x = pool(head.pooling, batch, hidden, trace ? &trace->largest : nullptr);
  for (std::size_t s = 0; s < head.steps.size(); ++s) {
    const HeadStep& step = head.steps[s];
    HeadStepTrace* step_trace = trace ? &trace->steps[s] : nullptr;
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

Mat head_vjp(const Encoder& encoder, const Batch& batch, Mat dlogits, const HeadTrace& trace) {
  const Head& head = encoder.weights.head;
  Mat dx = std::move(dlogits);
  for (std::size_t s = head.steps.size(); s-- > 0;) {
    const HeadStep& step = head.steps[s];
    if (step.norm) norm_vjp(dx, step.norm->w, trace.steps[s].norm);
    activate_vjp(dx, trace.steps[s].activation_derivative);
    Mat below(dx.rows(), step.linear.w.inputs());
    linear_vjp(dx, step.linear.w, below);
    dx = std::move(below);
  }
  return pool_vjp(head.pooling, batch, std::move(dx), trace.largest);
}

HeadTrace gather([[maybe_unused]] const Encoder& encoder, const HeadTrace& trace, std::span<const std::size_t> rows) {
  assert(encoder.weights.head.pooling == Pooling::none);
  HeadTrace result;
  for (const HeadStepTrace& step : trace.steps) {
    HeadStepTrace& gathered = result.steps.emplace_back();
    gather(step.activation_derivative, rows, gathered.activation_derivative);
    if (!step.norm.x_hat.view().empty()) gather(step.norm, rows, gathered.norm);
  }
  return result;
}

}  // namespace limn
