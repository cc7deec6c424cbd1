#include "explain/gradient.h"

#include <utility>

namespace limn {

Layer last_layer(const Encoder& encoder) { return {static_cast<int>(encoder.config.layers)}; }

TracedPass traced_forward(const Encoder& encoder, Batch batch, Layer layer, Mat x) {
  TracedPass pass{.batch = std::move(batch), .layer = layer, .trace = {}, .head_trace = {}, .logits = {}};
  const Mat hidden = forward(encoder, pass.batch, layer, std::move(x), last_layer(encoder), &pass.trace);
  pass.logits = head_forward(encoder, pass.batch, hidden, &pass.head_trace);
  return pass;
}

Mat gradient(const Encoder& encoder, const TracedPass& pass, Mat dlogits, const AttentionTap& tap) {
  Mat dhidden = head_vjp(encoder, pass.batch, std::move(dlogits), pass.head_trace);
  return vjp(encoder, pass.batch, pass.layer, std::move(dhidden), last_layer(encoder), pass.trace, tap);
}

}  // namespace limn
