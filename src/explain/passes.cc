#include "explain/passes.h"

#include <algorithm>

#include "explain/gradient.h"
#include "model/head.h"

namespace limn {
namespace {

// Rows of a forward pass: enough for the products to run at full speed, few enough for their buffers to stay small.
constexpr std::size_t forward_rows = 1024;

/// Calls work(begin, end, batch of end − begin copies of the subject) until `count` copies have been served.
template <class Work>
void in_passes(const Subject& subject, std::size_t count, std::size_t rows, const Work& work) {
  const std::size_t at_once = std::max<std::size_t>(1, rows / subject.encoding.size());
  for (std::size_t begin = 0; begin < count; begin += at_once) {
    const std::size_t end = std::min(begin + at_once, count);
    Batch batch;
    for (std::size_t i = begin; i < end; ++i) batch.add(subject.encoding.ids, subject.encoding.type_ids);
    work(begin, end, std::move(batch));
  }
}

Mat filled(const Batch& batch, std::size_t hidden_size, std::size_t first,
           const std::function<void(std::size_t, View)>& fill) {
  Mat x(batch.rows(), hidden_size);
  for (std::size_t i = 0; i < batch.sequences(); ++i)
    fill(first + i, x.view().row_range(batch.row_begin[i], batch.row_begin[i + 1]));
  return x;
}

}  // namespace

std::size_t traced_rows(const EncoderConfig& config) {
  // As many as a trace of 48 MB holds, at least 128: more would gain little speed.
  constexpr std::size_t budget_bytes = std::size_t{48} << 20, least = 128;
  return std::max(least, budget_bytes / (trace_floats_a_row(config) * sizeof(float)));
}

void for_each_gradient(const Subject& subject, Layer layer, std::size_t count,
                       const std::function<void(std::size_t, View)>& fill,
                       const std::function<void(std::size_t, double, View)>& take) {
  const Encoder encoder = subject.encoder();
  in_passes(subject, count, traced_rows(encoder.config), [&](std::size_t begin, std::size_t end, Batch batch) {
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

std::vector<double> values_at(const Subject& subject, Layer layer, std::size_t count,
                              const std::function<void(std::size_t, View)>& fill) {
  const Encoder encoder = subject.encoder();
  std::vector<double> values;
  in_passes(subject, count, forward_rows, [&](std::size_t begin, std::size_t end, Batch batch) {
    const Mat hidden =
        forward(encoder, batch, layer, filled(batch, size_at(encoder.config, layer), begin, fill), last_layer(encoder));
    const Mat logits = head_forward(encoder, batch, hidden);
    for (std::size_t i = 0; i < end - begin; ++i)
      values.push_back(value(subject.target, logits_of(encoder, batch, logits.view(), i)));
  });
  return values;
}

std::vector<double> values_of(const Subject& subject, std::span<const PerturbedInput> inputs) {
  const Encoder encoder = subject.encoder();
  std::vector<double> values;
  for (std::size_t begin = 0; begin < inputs.size();) {
    Batch batch;
    std::size_t end = begin;
    while (end < inputs.size() && (end == begin || batch.rows() + inputs[end].ids.size() <= forward_rows)) {
      batch.add(inputs[end].ids, inputs[end].type_ids);
      ++end;
    }
    const Mat hidden = forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), last_layer(encoder));
    const Mat logits = head_forward(encoder, batch, hidden);
    for (std::size_t i = begin; i < end; ++i)
      values.push_back(value(inputs[i].target, logits_of(encoder, batch, logits.view(), i - begin)));
    begin = end;
  }
  return values;
}

Mat input_at(const Subject& subject, Layer layer) {
  const Encoder encoder = subject.encoder();
  Batch batch;
  batch.add(subject.encoding.ids, subject.encoding.type_ids);
  return forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), layer);
}

}  // namespace limn
