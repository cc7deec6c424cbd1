#include "explain/gradient.h"

#include <utility>

namespace limn {

Layer last_layer(const Encoder& encoder) { return {static_cast<int>(encoder.config.layers)}; }

TracedPass traced_forward(const Encoder& encoder, Batch batch, Layer layer, Mat x) {
  TracedPass pass{.batch = std::move(batch), .layer = layer, .trace = {}, .head_trace = {}, .logits = {}};
  const Mat hidden = forward(encoder, pass.batch, layer, std::move(x), last_layer(encoder), &pass.trace,
                             rows_read(encoder, pass.batch));
  pass.logits = head_forward(encoder, pass.batch, hidden, &pass.head_trace);
  return pass;
}

std::vector<std::size_t> rows_of(const Batch& batch, std::span<const std::size_t> sequences) {
  std::vector<std::size_t> rows;
  for (const std::size_t sequence : sequences)
    for (std::size_t row = batch.row_begin[sequence]; row < batch.row_begin[sequence + 1]; ++row) rows.push_back(row);
  return rows;
}

TracedPass repeated(const Encoder& encoder, const TracedPass& pass, std::span<const std::size_t> sequences) {
  const std::vector<std::size_t> rows = rows_of(pass.batch, sequences);
  TracedPass result{.batch = {}, .layer = pass.layer, .trace = {}, .head_trace = {}, .logits = {}};
  for (const std::size_t sequence : sequences) {
    const std::size_t begin = pass.batch.row_begin[sequence], count = pass.batch.row_begin[sequence + 1] - begin;
    result.batch.add(std::span(pass.batch.ids).subspan(begin, count),
                     std::span(pass.batch.type_ids).subspan(begin, count));
  }
  result.trace = gather(encoder.config, pass.trace, pass.layer, last_layer(encoder), rows);
  result.head_trace = gather(encoder, pass.head_trace, rows);
  gather(pass.logits, rows, result.logits);
  return result;
}

Mat gradient(const Encoder& encoder, const TracedPass& pass, Mat dlogits, const AttentionTap& tap) {
  Mat dhidden = head_vjp(encoder, pass.batch, std::move(dlogits), pass.head_trace);
  return vjp(encoder, pass.batch, pass.layer, std::move(dhidden), last_layer(encoder), pass.trace, tap);
}

}  // namespace limn
