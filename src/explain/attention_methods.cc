// Attention methods: one head, rollout, and attention weighted by its gradient.
#include <algorithm>
#include <cmath>
#include <vector>

#include "explain/gradient.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "math/attention.h"
#include "model/position_tables.h"

namespace limn {
namespace {

const char* const no_proof =
    "attention shows what the model attended to; it is not a proven explanation of the prediction";

TracedPass pass_of(const Subject& subject) {
  const Encoder encoder = subject.encoder();
  Batch batch;
  batch.add(subject.encoding.ids, subject.encoding.type_ids, subject.encoding.unpooled);
  Mat x = word_embeddings(encoder, batch);
  return traced_forward(encoder, std::move(batch), Layer::word(), std::move(x));
}

/// The target's row of the (T, T) maps: an answer's start, a tagged token, or [CLS].
std::size_t target_row(const Subject& subject) {
  return !subject.encoder().weights.head.pools() ? subject.target.picks.front().row : 0;
}

/// Returns the mean over the heads of one layer's maps (T, T); work(head, map) fills the map of one head.
template <class Work>
Mat mean_over_heads(std::size_t heads, std::size_t tokens, const Work& work) {
  Mat mean = Mat::zeros(tokens, tokens), map(tokens, tokens);
  for (std::size_t head = 0; head < heads; ++head) {
    work(head, map.view());
    for (std::size_t i = 0; i < tokens * tokens; ++i) mean.row(0)[i] += map.row(0)[i] / static_cast<float>(heads);
  }
  return mean;
}

/// The attention probabilities of one traced sequence.
class Maps {
 public:
  Maps(const Encoder& encoder, const TracedPass& pass)
      : encoder_(encoder),
        pass_(pass),
        tables_(make_position_tables(encoder.config, encoder.weights, pass.batch.rows())) {}

  void fill(std::size_t layer, std::size_t head, View map) const {
    attention_probabilities(pass_.trace.layers[layer].qkv, encoder_.config.heads, head,
                            scores_of(encoder_.config, encoder_.weights, tables_, layer), map);
  }
  Mat mean(std::size_t layer) const {
    return mean_over_heads(
        encoder_.config.heads, pass_.batch.rows(), [&](std::size_t head, View map) { fill(layer, head, map); });
  }

 private:
  Encoder encoder_;
  const TracedPass& pass_;
  PositionTables tables_;
};

/// row · map, in double.
std::vector<double> times(const std::vector<double>& row, const Mat& map) {
  std::vector<double> result(map.columns(), 0.);
  for (std::size_t i = 0; i < map.rows(); ++i)
    for (std::size_t j = 0; j < map.columns(); ++j) result[j] += row[i] * map(i, j);
  return result;
}

std::vector<double> unit_row(std::size_t tokens, std::size_t position) {
  std::vector<double> row(tokens, 0.);
  row[position] = 1;
  return row;
}

Attribution result_of(std::vector<double> scores, std::size_t passes) {
  return {.scores = std::move(scores), .passes = passes, .warnings = {no_proof}};
}

}  // namespace

Attribution attribute(const Subject& subject, const Attention& method) {
  const TracedPass pass = pass_of(subject);
  const EncoderConfig& config = subject.encoder().config;
  const std::size_t layer = method.layer.value_or(config.layers) - 1, tokens = pass.batch.rows();
  Mat map(tokens, tokens);
  const Maps maps(subject.encoder(), pass);
  if (method.head)
    maps.fill(layer, *method.head - 1, map);
  else
    map = maps.mean(layer);
  Attribution result = result_of(times(unit_row(tokens, target_row(subject)), map), 1);
  result.numbers = {{"layer", static_cast<double>(layer + 1)}};
  if (method.head) result.numbers["head"] = static_cast<double>(*method.head);
  return result;
}

// rollout = Â_L … Â_1, where Â is (A + I) with rows scaled to sum 1. Multiplying one row from the left needs no (T, T)
// product.
Attribution attribute(const Subject& subject, const AttentionRollout&) {
  const TracedPass pass = pass_of(subject);
  const Maps maps(subject.encoder(), pass);
  std::vector<double> row = unit_row(pass.batch.rows(), target_row(subject));
  for (std::size_t layer = subject.encoder().config.layers; layer-- > 0;) {
    Mat map = maps.mean(layer);
    for (std::size_t i = 0; i < map.rows(); ++i) {
      float sum = 1;
      for (std::size_t j = 0; j < map.columns(); ++j) sum += map(i, j);
      map(i, i) += 1;
      for (std::size_t j = 0; j < map.columns(); ++j) map(i, j) /= sum;
    }
    row = times(row, map);
  }
  return result_of(std::move(row), 1);
}

// R = (I + M_L) … (I + M_1), where M is the mean over heads of max(0, ∂F/∂A ∘ A). One row of R − I, multiplied from the
// left.
Attribution attribute(const Subject& subject, const GradientAttention&) {
  const TracedPass pass = pass_of(subject);
  const Encoder encoder = subject.encoder();
  const std::size_t tokens = pass.batch.rows(), heads = encoder.config.heads, position = target_row(subject);
  Mat dlogits(pass.logits.rows(), pass.logits.columns());
  value_vjp(subject.target, pass.logits, dlogits);
  std::vector<double> row = unit_row(tokens, position);
  Mat dmap(tokens, tokens);
  const Maps maps(encoder, pass);
  gradient(encoder, pass, std::move(dlogits), [&](std::size_t layer, ConstView dcontext) {
    const ConstView qkv = pass.trace.layers[layer].qkv;
    const Mat relevance = mean_over_heads(heads, tokens, [&](std::size_t head, View map) {
      maps.fill(layer, head, map);
      attention_probabilities_vjp(qkv, heads, head, dcontext, dmap);
      for (std::size_t i = 0; i < tokens * tokens; ++i) map.data[i] = std::max(0.f, map.data[i] * dmap.row(0)[i]);
    });
    const std::vector<double> more = times(row, relevance);
    for (std::size_t j = 0; j < tokens; ++j) row[j] += more[j];
  });
  row[position] -= 1;
  return result_of(std::move(row), 1);
}

}  // namespace limn
