#pragma once

#include <span>
#include <vector>

#include "math/mat.h"
#include "model/encoder.h"

namespace limn {

/// What the backward pass of one head step needs.
struct HeadStepTrace {
  Mat activation_derivative;  // (rows, out)
  NormTrace norm;
  Mat unit;                           // (rows, out): x / ‖x‖
  std::vector<float> inverse_length;  // (rows): 1 / ‖x‖
};
struct HeadTrace {
  std::vector<std::size_t> largest;  // (sequences · C): the rows whose elements max pooling selected
  std::vector<HeadStepTrace> steps;
};

/// The rows of the last hidden state that the head reads, ascending; empty if it reads all.
std::vector<std::size_t> rows_read(const Encoder& encoder, const Batch& batch);

/// Computes the logits from the encoder's last hidden state (N, C): (N, L) if the head has outputs for every token,
/// (sequences, L) if it pools.
Mat head_forward(const Encoder& encoder, const Batch& batch, ConstView hidden, HeadTrace* trace = nullptr);

/// The same from the texts of a batch: a forward pass without a trace, of the rows that the head reads.
Mat logits_of_texts(const Encoder& encoder, const Batch& batch);

/// What each row of the hidden state (N, C) adds to the pooled row of its sequence (N, poolings · C): the rows of a
/// sequence add up to it.
Mat pooled_parts(const Encoder& encoder, const Batch& batch, ConstView hidden);

/// Returns ∂F/∂hidden (N, C), given ∂F/∂logits.
Mat head_vjp(const Encoder& encoder, const Batch& batch, Mat dlogits, const HeadTrace& trace);

/// The trace of selected rows of a batch. Only for heads that do not pool.
HeadTrace gather(const Encoder& encoder, const HeadTrace& trace, std::span<const std::size_t> rows);

/// The logits of one sequence: its rows, or its single row if the head pools.
template <class T>
BasicView<T> logits_of(const Encoder& encoder, const Batch& batch, BasicView<T> logits, std::size_t sequence) {
  if (encoder.weights.head.pools()) return logits.row_range(sequence, sequence + 1);
  return logits.row_range(batch.row_begin[sequence], batch.row_begin[sequence + 1]);
}

}  // namespace limn
