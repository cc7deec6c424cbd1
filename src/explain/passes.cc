#include "explain/passes.h"

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
  const Encoder encoder = subject.encoder();
  const auto rows_of = [&](std::size_t) { return subject.encoding.size(); };
  in_passes(count, traced_rows(encoder.config), rows_of, [&](std::size_t begin, std::size_t end) {
    Batch batch = copies(subject, begin, end);
    Mat x = filled(batch, size_at(encoder.config, layer), begin, fill);
    const TracedPass pass = traced_forward(encoder, std::move(batch), layer, std::move(x));
    Mat dlogits(pass.logits.rows(), pass.logits.columns());
    for (std::size_t i = 0; i < end - begin; ++i)
      value_vjp(subject.target, logits_of(encoder, pass.batch, pass.logits.view(), i),
                logits_of(encoder, pass.batch, dlogits.view(), i));
    Mat dx = gradient(encoder, pass, std::move(dlogits));
    for (std::size_t i = 0; i < end - begin; ++i)
      take(begin + i, value(subject.target, logits_of(encoder, pass.batch, pass.logits.view(), i)),
           dx.view().row_range(pass.batch.row_begin[i], pass.batch.row_begin[i + 1]));
  });
}

namespace {

/// Calls take(logits) for each perturbed hidden state, in order.
template <class Take>
void for_each_logits(const Subject& subject, Layer layer, std::size_t count,
                     const std::function<void(std::size_t, View)>& fill, const Take& take) {
  const Encoder encoder = subject.encoder();
  const auto rows_of = [&](std::size_t) { return subject.encoding.size(); };
  in_passes(count, forward_rows, rows_of, [&](std::size_t begin, std::size_t end) {
    const Batch batch = copies(subject, begin, end);
    const Mat hidden = forward(encoder, batch, layer, filled(batch, size_at(encoder.config, layer), begin, fill),
                               last_layer(encoder), nullptr, rows_read(encoder, batch));
    const Mat logits = head_forward(encoder, batch, hidden);
    for (std::size_t i = 0; i < end - begin; ++i) take(logits_of(encoder, batch, logits.view(), i));
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
  in_passes(inputs.size(), forward_rows, rows_of, [&](std::size_t begin, std::size_t end) {
    Batch batch;
    for (std::size_t i = begin; i < end; ++i) batch.add(inputs[i].ids, inputs[i].type_ids, subject.encoding.unpooled);
    const Mat hidden = forward_words(encoder, batch, last_layer(encoder), rows_read(encoder, batch));
    const Mat logits = head_forward(encoder, batch, hidden);
    for (std::size_t i = begin; i < end; ++i) take(i, logits_of(encoder, batch, logits.view(), i - begin));
  });
}

Mat input_at(const Subject& subject, Layer layer) {
  const Encoder encoder = subject.encoder();
  Batch batch;
  batch.add(subject.encoding.ids, subject.encoding.type_ids);
  return forward_words(encoder, batch, layer);
}

}  // namespace limn
