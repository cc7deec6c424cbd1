#include "explain/views/heatmap.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "explain/gradient.h"
#include "explain/scores.h"
#include "explain/units.h"
#include "limn/error.h"
#include "model/head.h"
#include "model/passes.h"

namespace limn {
namespace {

/// F_i, the logit of token i itself at position i, for every i, and the gradients from which the backward passes start.
struct OwnLogits {
  std::vector<double> values;  // (T)
  Mat dhidden;  // (T, C): row i is ∂F_i/∂(last layer's output at token i); F_i does not depend on other rows
};

/// The head processes each row independently, so one pass through it serves all F_i. Its output (rows, V) is large, so
/// only some rows are processed at a time.
OwnLogits own_logits(const Encoder& encoder, const Batch& batch, ConstView hidden,
                     const std::vector<std::int32_t>& ids) {
  constexpr std::size_t head_rows = 64;
  OwnLogits own{.values = {}, .dhidden = Mat(hidden.rows, hidden.columns)};
  for (std::size_t begin = 0; begin < hidden.rows; begin += head_rows) {
    const std::size_t end = std::min(begin + head_rows, hidden.rows);
    HeadTrace trace;
    const Mat logits = head_forward(encoder, batch, hidden.row_range(begin, end), &trace);
    Mat dlogits = Mat::zeros(logits.rows(), logits.columns());
    for (std::size_t i = begin; i < end; ++i) {
      const auto id = static_cast<std::size_t>(ids[i]);
      own.values.push_back(logits(i - begin, id));
      dlogits(i - begin, id) = 1;
    }
    const Mat dhidden = head_vjp(encoder, batch, std::move(dlogits), trace);
    std::copy_n(dhidden.row(0), dhidden.rows() * dhidden.columns(), own.dhidden.row(begin));
  }
  return own;
}

void check_task(const Pipeline& pipeline) {
  if (pipeline.head().task == Task::masked_lm) return;
  throw Error({.file = pipeline.info.name,
               .thing = "the model's task",
               .found = std::string(name(pipeline.head().task)),
               .expected = "masked-lm, which predicts every token",
               .hint = "use explain for this model"});
}

}  // namespace

Explanation heatmap(const Explainer& explainer, const Input& input, const ExplainOptions& options, const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  const Pipeline& pipeline = explainer.pipeline();
  check_task(pipeline);
  const Encoder encoder = pipeline.encoder(watch);
  const std::vector<Encoding> encodings = read_input(pipeline, input, options.reading);
  const Encoding& encoding = encodings.front();
  const std::size_t tokens = encoding.size(), hidden_size = encoder.config.hidden_size;

  // The batch holds equal copies of the input: one forward pass serves all backward passes, each with one target per
  // copy.
  const std::size_t copies = std::clamp<std::size_t>(traced_rows(encoder.config) / tokens, 1, tokens);
  Batch batch, single;
  for (std::size_t i = 0; i < copies; ++i) batch.add(encoding.ids, encoding.type_ids);
  single.add(encoding.ids, encoding.type_ids);
  Trace trace;
  const Mat hidden =
      forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), last_layer(encoder), &trace);
  const OwnLogits own = own_logits(encoder, single, hidden.view().row_range(0, tokens), encoding.ids);

  Explanation why;
  why.heatmap.reserve(tokens);
  std::vector<double> mean(tokens, 0.);
  const auto rows_of_target = [&](std::size_t) { return tokens; };
  in_passes(
      tokens, traced_rows(encoder.config), rows_of_target,
      [&](std::size_t begin, std::size_t end) {
        Mat dx = Mat::zeros(batch.rows(), hidden_size);
        for (std::size_t i = begin; i < end; ++i)
          std::copy_n(own.dhidden.row(i), hidden_size, dx.row((i - begin) * tokens + i));
        const Mat gradients = vjp(encoder, batch, Layer::word(), std::move(dx), last_layer(encoder), trace);
        const Mat transformed = explainer.onehot_norm().apply(gradients);
        const std::vector<double> norms = reduce(transformed, Reduce::onehot_l2);
        for (std::size_t i = begin; i < end; ++i) {
          const auto row = norms.begin() + static_cast<std::ptrdiff_t>((i - begin) * tokens);
          why.heatmap.emplace_back(row, row + static_cast<std::ptrdiff_t>(tokens));
          normalize(why.heatmap.back(), Normalize::max);
          for (std::size_t j = 0; j < tokens; ++j) mean[j] += why.heatmap.back()[j] / static_cast<double>(tokens);
        }
        if (watch.progress) watch.progress(end, tokens);
      });
  if (!std::all_of(mean.begin(), mean.end(), [](double score) { return std::isfinite(score); }))
    throw Error(
        {.file = pipeline.info.name, .thing = "the scores", .found = "NaN or infinity", .expected = "finite numbers"});

  why.model = pipeline.info.name;
  why.task = pipeline.info.task;
  why.text = input.text;
  why.pair = input.pair;
  why.target.label = "each token's own token";
  why.method.name = "heatmap";
  why.method.preset = "textualheatmap";
  why.method.reduce = "onehot-l2";
  why.method.normalize = "max";
  for (const double value : own.values) why.value += value / static_cast<double>(tokens);
  why.passes = tokens;
  why.tokens = shown_tokens(pipeline.tokenizer, encoding);
  for (std::size_t i = 0; i < tokens; ++i) why.tokens[i].score = mean[i];
  why.words = units(encoding, why.tokens, why.text, why.pair.value_or(""), options.unit.value_or(Unit::word),
                    options.word_score.value_or(WordScore::absmax));
  why.warnings = reading_warnings(encodings);
  if (options.raw) why.logits["own"] = own.values;
  why.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return why;
}

}  // namespace limn
