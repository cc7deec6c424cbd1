#include "explain/explainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "explain/gradient.h"
#include "explain/method_info.h"
#include "explain/scores.h"
#include "explain/units.h"
#include "limn/error.h"
#include "task/target_request.h"

namespace limn {
namespace {

/// One input on its way from text to explanations.
struct Item {
  const Input* input = nullptr;
  std::vector<Encoding> encodings;  // question answering: the windows; otherwise one
  std::vector<Mat> logits;          // of each encoding; empty until they have been through the model
  Prediction prediction;
  std::vector<ResolvedTarget> targets;
  std::size_t window = 0;  // the encoding that is explained
  std::vector<Explanation> explanations;

  const Encoding& encoding() const { return encodings[window]; }
};

/// Rows of one traced pass: as many as a trace of 48 MB holds, at least 128: more would gain little speed.
std::size_t traced_rows(const EncoderConfig& config) {
  constexpr std::size_t budget_bytes = std::size_t{48} << 20, least = 128;
  return std::max(least, budget_bytes / (trace_floats_a_row(config) * sizeof(float)));
}

/// Prediction and targets, once the logits are there.
void read_logits(const Pipeline& pipeline, const ExplainOptions& options, Scalar scalar, bool all_entities, Item& item) {
  const std::vector<ConstView> views(item.logits.begin(), item.logits.end());
  item.prediction = predict(pipeline, *item.input, item.encodings, views, options);
  const ReadInput read = {.input = *item.input,
                          .head = pipeline.head(),
                          .prediction = item.prediction,
                          .encodings = item.encodings,
                          .logits = views};
  if (all_entities) item.targets = resolve_targets(options, scalar, read);
  else item.targets.push_back(resolve_target(options, scalar, read));
  item.window = item.targets.front().window;
}

std::vector<double> row_major(ConstView x, std::size_t column_begin, std::size_t column_end) {
  std::vector<double> values;
  for (std::size_t i = 0; i < x.rows; i++)
    for (std::size_t j = column_begin; j < column_end; j++) values.push_back(x(i, j));
  return values;
}

Explanation make_explanation(const Explainer& explainer, const Item& item, const ResolvedTarget& target, const Method& method,
                             const ExplainOptions& options, std::vector<double> scores) {
  const Pipeline& pipeline = explainer.pipeline();
  Explanation why;
  why.model = pipeline.info.name;
  why.task = pipeline.info.task;
  why.text = item.input->text;
  why.pair = item.input->pair;
  why.prediction = item.prediction;
  why.target = target.info;
  why.method = method_info(method, options);
  const ConstView logits = item.logits[item.window];
  why.value = value(target.target, logits);
  why.passes = item.encodings.size();
  normalize(scores, normalize_of(method));
  why.tokens = tokens_of(pipeline.tokenizer, item.encoding());
  for (std::size_t i = 0; i < scores.size(); i++) why.tokens[i].score = scores[i];
  const Pieces pieces = options.pieces.value_or(why.method.is_signed ? Pieces::sum : Pieces::absmax);
  why.words = units(why.tokens, why.text, why.pair.value_or(""), options.unit, pieces);
  why.warnings = reading_warnings(item.encodings);
  if (item.encodings.size() > 1)
    why.warnings.push_back(fmt::format("the context is longer than the model reads at once: {} windows were read, window {} is explained",
                                       item.encodings.size(), item.window + 1));
  if (options.raw && why.task == Task::question_answering) {
    why.logits["start"] = row_major(logits, 0, 1);
    why.logits["end"] = row_major(logits, 1, 2);
  } else if (options.raw) {
    why.logits["logits"] = row_major(logits, 0, logits.columns);
  }
  return why;
}

/// What stands at the method's layer, for methods that multiply by it.
struct LayerInput {
  Mat x;         // (N, C), moved into the pass
  Mat multiply;  // (N, C), its copy; empty if the method only needs the gradient
};

LayerInput layer_input(const Encoder& encoder, const Batch& batch, const Method& method) {
  Mat x = forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), layer_of(method));
  Mat multiply = std::holds_alternative<GradientXInput>(method) ? copy(x) : Mat();
  return {.x = std::move(x), .multiply = std::move(multiply)};
}

/// One score a row from the gradient (N, C) at the method's layer.
std::vector<double> scores_of(const Explainer& explainer, const Method& method, Mat gradient, const Mat& multiply) {
  const Reduce how = reduce_of(method);
  if (how == Reduce::onehot_l2) {
    const Mat transformed = explainer.onehot_norm().apply(gradient);
    return reduce(transformed, how);
  }
  for (std::size_t i = 0; i < multiply.rows(); i++)
    for (std::size_t j = 0; j < multiply.columns(); j++) gradient(i, j) *= multiply(i, j);
  return reduce(gradient, how);
}

/// Explains items in one traced pass; what an item lacks (logits, prediction, targets) comes from it.
void explain_packed(const Explainer& explainer, std::span<Item*> items, const Method& method, const ExplainOptions& options,
                    bool all_entities) {
  const auto start = std::chrono::steady_clock::now();
  const Pipeline& pipeline = explainer.pipeline();
  const Encoder encoder = pipeline.encoder();
  Batch batch;
  for (const Item* item : items) batch.add(item->encoding().ids, item->encoding().type_ids);
  LayerInput input = layer_input(encoder, batch, method);
  const TracedPass pass = traced_forward(encoder, std::move(batch), layer_of(method), std::move(input.x));

  std::size_t rounds = 0;  // backward passes: as many as the item with the most targets needs
  for (std::size_t i = 0; i < items.size(); i++) {
    Item& item = *items[i];
    if (item.logits.empty()) {
      item.logits.push_back(copy(logits_of(encoder, pass.batch, pass.logits.view(), i)));
      read_logits(pipeline, options, scalar_of(method), all_entities, item);
    }
    rounds = std::max(rounds, item.targets.size());
  }
  for (std::size_t round = 0; round < rounds; round++) {
    Mat dlogits(pass.logits.rows(), pass.logits.columns());
    std::fill_n(dlogits.row(0), dlogits.rows() * dlogits.columns(), 0.f);
    for (std::size_t i = 0; i < items.size(); i++)
      if (round < items[i]->targets.size())
        value_vjp(items[i]->targets[round].target, logits_of(encoder, pass.batch, pass.logits.view(), i),
                  logits_of(encoder, pass.batch, dlogits.view(), i));
    const std::vector<double> scores = scores_of(explainer, method, gradient(encoder, pass, std::move(dlogits)), input.multiply);
    for (std::size_t i = 0; i < items.size(); i++) {
      Item& item = *items[i];
      if (round >= item.targets.size()) continue;
      const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(pass.batch.row_begin[i]);
      const auto end = scores.begin() + static_cast<std::ptrdiff_t>(pass.batch.row_begin[i + 1]);
      if (!std::all_of(begin, end, [](double score) { return std::isfinite(score); }))
        throw Error({.file = pipeline.info.name, .thing = "the gradient", .found = "NaN or infinity", .expected = "finite numbers"});
      item.explanations.push_back(make_explanation(explainer, item, item.targets[round], method, options, {begin, end}));
    }
  }
  // Each row that was looked up has brought its neighbours with it: in time, that would be the whole matrix.
  pipeline.checkpoint.release(pipeline.checkpoint.weights().embeddings.word);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (Item* item : items)
    for (Explanation& why : item->explanations)
      why.seconds = seconds * static_cast<double>(item->encoding().size()) / static_cast<double>(pass.batch.rows()) /
                    static_cast<double>(item->explanations.size());
}

}  // namespace

const OneHotNorm& Explainer::onehot_norm() const {
  std::call_once(once_, [&] {
    const ConstView word = pipeline_.checkpoint.weights().embeddings.word;
    onehot_norm_ = std::make_unique<OneHotNorm>(word);
    pipeline_.checkpoint.release(word);
  });
  return *onehot_norm_;
}

std::vector<std::vector<Explanation>> explain(const Explainer& explainer, std::span<const Input> inputs, const Method& method,
                                              const ExplainOptions& options, bool all_entities) {
  const Pipeline& pipeline = explainer.pipeline();
  check_method(method, pipeline.checkpoint.config().encoder);
  if (reduce_of(method) == Reduce::onehot_l2) explainer.onehot_norm();  // before a pass fills the memory
  std::vector<Item> items(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); i++) {
    items[i].input = &inputs[i];
    items[i].encodings = read_input(pipeline, inputs[i], options);
    if (items[i].encodings.size() == 1) continue;
    items[i].logits = run(pipeline.encoder(), items[i].encodings);
    read_logits(pipeline, options, scalar_of(method), all_entities, items[i]);
  }

  const std::size_t budget = traced_rows(pipeline.checkpoint.config().encoder);
  for (std::size_t begin = 0; begin < items.size();) {
    std::vector<Item*> group;
    for (std::size_t rows = 0; begin < items.size(); begin++) {
      rows += items[begin].encoding().size();
      if (!group.empty() && rows > budget) break;
      group.push_back(&items[begin]);
    }
    explain_packed(explainer, group, method, options, all_entities);
  }
  std::vector<std::vector<Explanation>> results;
  for (Item& item : items) results.push_back(std::move(item.explanations));
  return results;
}

}  // namespace limn
