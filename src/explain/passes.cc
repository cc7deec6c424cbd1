#include "explain/passes.h"

#include <utility>

#include "explain/gradient.h"
#include "model/head.h"
#include "model/passes.h"

namespace limn {
namespace {

/// Returns copies of the subject's tokens, one per perturbed hidden state [begin, end).
Batch copies(const Subject& subject, std::size_t begin, std::size_t end) {
  Batch batch;
  for (std::size_t i = begin; i < end; ++i)
    batch.add(subject.encoding.ids, subject.encoding.type_ids, subject.encoding.unpooled);
  return batch;
}

Mat filled(const Batch& batch, std::size_t hidden_size, std::size_t first,
           const std::function<void(std::size_t, View)>& fill) {
  Mat x(batch.rows(), hidden_size);
  for (std::size_t i = 0; i < batch.sequences(); ++i)
    fill(first + i, x.view().row_range(batch.row_begin[i], batch.row_begin[i + 1]));
  return x;
}

}  // namespace

void for_each_gradient(const Subject& subject, Layer layer, std::size_t count,
                       const std::function<void(std::size_t, View)>& fill,
                       const std::function<void(std::size_t, double, View)>& take) {
  struct Pass {
    Batch batch;
    Mat x = {}, dx = {};
    std::vector<double> values = {};
  };
  const Encoder encoder = subject.encoder();
  const auto rows_of = [&](std::size_t) { return subject.encoding.size(); };
  const auto make = [&](std::size_t begin, std::size_t end) {
    Batch batch = copies(subject, begin, end);
    Mat x = filled(batch, size_at(encoder.config, layer), begin, fill);
    return Pass{.batch = std::move(batch), .x = std::move(x)};
  };
  const auto run = [&](Pass& own, const Watch* watch) {
    const Encoder watched = {encoder.config, encoder.weights, watch};
    const TracedPass pass = traced_forward(watched, own.batch, layer, std::move(own.x));
    Mat dlogits(pass.logits.rows(), pass.logits.columns());
    for (std::size_t i = 0; i < pass.batch.sequences(); ++i) {
      const ConstView logits = logits_of(encoder, pass.batch, pass.logits.view(), i);
      own.values.push_back(value(subject.target, logits));
      value_vjp(subject.target, logits, logits_of(encoder, pass.batch, dlogits.view(), i));
    }
    own.dx = gradient(watched, pass, std::move(dlogits));
  };
  in_passes_at_once(count, traced_rows_at_once(encoder.config), rows_of, encoder.watch, make, run,
                    [&](std::size_t begin, std::size_t end, Pass& pass) {
                      const auto& row = pass.batch.row_begin;
                      for (std::size_t i = 0; i < end - begin; ++i)
                        take(begin + i, pass.values[i], pass.dx.view().row_range(row[i], row[i + 1]));
                    });
}

namespace {

/// A forward pass: the batch, the input of its first layer if the texts' words are not it, and the head's output.
struct ForwardPass {
  Batch batch;
  Mat x = {}, logits = {};
};

/// Calls take(logits) for each perturbed hidden state, in order.
template <class Take>
void for_each_logits(const Subject& subject, Layer layer, std::size_t count,
                     const std::function<void(std::size_t, View)>& fill, const Take& take) {
  const Encoder encoder = subject.encoder();
  const auto rows_of = [&](std::size_t) { return subject.encoding.size(); };
  const auto make = [&](std::size_t begin, std::size_t end) {
    ForwardPass pass{.batch = copies(subject, begin, end)};
    pass.x = filled(pass.batch, size_at(encoder.config, layer), begin, fill);
    return pass;
  };
  const auto run = [&](ForwardPass& pass, const Watch* watch) {
    const Encoder watched = {encoder.config, encoder.weights, watch};
    const Mat hidden = forward(watched, pass.batch, layer, std::move(pass.x), last_layer(encoder), nullptr,
                               rows_read(encoder, pass.batch));
    pass.logits = head_forward(watched, pass.batch, hidden);
  };
  in_passes_at_once(count, forward_rows, rows_of, encoder.watch, make, run,
                    [&](std::size_t begin, std::size_t end, const ForwardPass& pass) {
                      for (std::size_t i = 0; i < end - begin; ++i)
                        take(logits_of(encoder, pass.batch, pass.logits.view(), i));
                    });
}

}  // namespace

std::vector<double> values_at(const Subject& subject, Layer layer, std::size_t count,
                              const std::function<void(std::size_t, View)>& fill) {
  std::vector<double> values;
  for_each_logits(subject, layer, count, fill,
                  [&](ConstView logits) { values.push_back(value(subject.target, logits)); });
  return values;
}

std::vector<std::vector<float>> outputs_at(const Subject& subject, Layer layer, std::size_t count,
                                           const std::function<void(std::size_t, View)>& fill) {
  std::vector<std::vector<float>> outputs;
  for_each_logits(subject, layer, count, fill, [&](ConstView logits) {
    outputs.emplace_back(logits.row_span(0).begin(), logits.row_span(0).end());
  });
  return outputs;
}

void for_each_output(const Subject& subject, std::span<const PerturbedInput> inputs,
                     const std::function<void(std::size_t, ConstView)>& take) {
  const Encoder encoder = subject.encoder();
  const auto rows_of = [&](std::size_t i) { return inputs[i].ids.size(); };
  const auto make = [&](std::size_t begin, std::size_t end) {
    ForwardPass pass;
    for (std::size_t i = begin; i < end; ++i)
      pass.batch.add(inputs[i].ids, inputs[i].type_ids, subject.encoding.unpooled);
    return pass;
  };
  const auto run = [&](ForwardPass& pass, const Watch* watch) {
    pass.logits = logits_of_texts({encoder.config, encoder.weights, watch}, pass.batch);
  };
  in_passes_at_once(inputs.size(), forward_rows, rows_of, encoder.watch, make, run,
                    [&](std::size_t begin, std::size_t end, const ForwardPass& pass) {
                      for (std::size_t i = begin; i < end; ++i)
                        take(i, logits_of(encoder, pass.batch, pass.logits.view(), i - begin));
                    });
}

Mat input_at(const Subject& subject, Layer layer) {
  const Encoder encoder = subject.encoder();
  Batch batch;
  batch.add(subject.encoding.ids, subject.encoding.type_ids);
  return forward_words(encoder, batch, layer);
}

}  // namespace limn
