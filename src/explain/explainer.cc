#include "explain/explainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "explain/automatic.h"
#include "explain/document.h"
#include "explain/gradient.h"
#include "explain/item.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/passes.h"
#include "explain/scores.h"
#include "explain/subject.h"
#include "explain/units.h"
#include "limn/error.h"
#include "model/passes.h"
#include "options/option.h"
#include "options/presets.h"

namespace limn {
namespace {

/// Whether F is so close to an end of its range that single precision shows no change.
bool is_saturated(Scalar explain, double value) {
  constexpr double least = 1e-6;  // some units in the last place of 1, which a sum over labels may lose
  switch (explain) {
    case Scalar::probability:
      return value < least || value > 1 - least;
    case Scalar::log_probability:
      return value > -least;
    case Scalar::loss:
      return value < least;
    default:
      return false;
  }
}

/// Each entity's explanation holds the text and all that was predicted for it, so together they grow with the square of
/// the text's length. @throws Error if they would not fit into the memory of a usual computer
void check_memory(const Item& item) {
  constexpr double most_gigabytes = 2, bytes_in_a_gigabyte = 1e9;
  const auto* const prediction = std::get_if<EntityPrediction>(&item.prediction);
  if (!prediction) return;
  const std::size_t bytes_of_each = item.input->text.size() + prediction->tokens.size() * sizeof(TokenLabel) +
                                    prediction->entities.size() * sizeof(Entity) +
                                    item.windows->encoding(0).size() * (sizeof(Token) + sizeof(Word));
  const double gigabytes = static_cast<double>(item.targets.size() * bytes_of_each) / bytes_in_a_gigabyte;
  if (gigabytes <= most_gigabytes) return;
  throw Error({.thing = "the text",
               .found = fmt::format("{} entities, whose explanations take {:.1f} GB", item.targets.size(), gigabytes),
               .expected = fmt::format("at most {} GB", most_gigabytes),
               .hint = "explain one entity (target), all of them together (explain_document), or the text in parts"});
}

/// Sets the item's targets from its prediction.
void choose_targets(const Pipeline& pipeline, const ExplainOptions& options, Scalar scalar, bool all_entities,
                    Item& item) {
  const ReadInput read = {
      .input = *item.input, .head = pipeline.head(), .prediction = item.prediction, .windows = *item.windows};
  if (all_entities)
    item.targets = resolve_targets(options, scalar, read);
  else
    item.targets.push_back(resolve_target(options, scalar, read));
  check_memory(item);
  item.explanations.resize(item.targets.size());
}

/// Sets the item's prediction and targets. Of a long context, windows are not kept.
void read_targets(const Pipeline& pipeline, const Encoder& encoder, const ExplainOptions& options, Scalar scalar,
                  bool all_entities, Item& item) {
  constexpr std::size_t most_kept = 32;
  const bool keeps = pipeline.head().task != Task::question_answering || item.windows->size() <= most_kept;
  read_windows(pipeline, encoder, options.reading, item, [&](std::size_t window, Encoding& encoding, ConstView logits) {
    if (keeps) item.windows->keep(window, std::move(encoding), copy(logits));
  });
  choose_targets(pipeline, options, scalar, all_entities, item);
}

std::vector<double> row_major(ConstView x, std::size_t column_begin, std::size_t column_end) {
  std::vector<double> values;
  for (std::size_t i = 0; i < x.rows; ++i)
    for (std::size_t j = column_begin; j < column_end; ++j) values.push_back(x(i, j));
  return values;
}

bool explains_no_answer(const Explanation& why) {
  const auto* answer = std::get_if<AnswerPrediction>(&why.prediction);
  return answer && answer->best.text.empty() && why.target.text.empty();
}

Explanation make_explanation(const Explainer& explainer, const Item& item, const ResolvedTarget& target,
                             const Method& method, const ExplainOptions& options, Attribution attribution) {
  const Pipeline& pipeline = explainer.pipeline();
  Explanation why;
  why.model = pipeline.info.name;
  why.task = pipeline.info.task;
  why.text = item.input->text;
  why.pair = item.input->pair;
  why.prediction = item.prediction;
  why.target = target.info;
  const EncoderConfig& config = pipeline.checkpoint.config().encoder;
  why.method = method_info(method, config, options);
  why.method.numbers = std::move(attribution.numbers);
  why.baseline_value = attribution.baseline_value;
  why.completeness_error = attribution.completeness_error;
  why.heatmap = std::move(attribution.heatmap);
  const Encoding& encoding = item.windows->encoding(target.window);
  const ConstView logits = item.windows->logits(target.window);
  why.value = value(target.target, logits);
  why.passes = attribution.passes;
  std::vector<double>& scores = attribution.scores;
  if (!std::all_of(scores.begin(), scores.end(), [](double score) { return std::isfinite(score); }))
    throw Error(
        {.file = pipeline.info.name, .thing = "the scores", .found = "NaN or infinity", .expected = "finite numbers"});
  const CommonOptions common = common_options(method, config);
  const double divisor = normalize(scores, common.normalize);
  why.tokens = shown_tokens(pipeline.tokenizer, encoding);
  why.window_begin = encoding.window_begin;
  for (std::size_t i = 0; i < scores.size(); ++i) why.tokens[i].score = scores[i];
  const WordScore word_score = word_score_of(why.method, options);
  const Unit unit = options.unit.value_or(Unit::word);
  why.words = units(encoding, why.tokens, why.text, why.pair.value_or(""), unit, word_score);
  if (!attribution.standard_errors.empty()) {
    const auto members = unit_tokens(encoding, why.text, why.pair.value_or(""), unit);
    for (std::size_t i = 0; i < why.words.size(); ++i)
      if (const double error = attribution.standard_errors[members[i].front()]; std::isfinite(error))
        why.words[i].standard_error = error / divisor;
  }
  why.warnings = reading_warnings(*item.windows);
  if (pipeline.head().meaning == OutputMeaning::value && common.explain != Scalar::logit)
    why.warnings.push_back("this model's output is a number, not a probability: the number itself is explained");
  if (is_saturated(common.explain, why.value) &&
      std::all_of(scores.begin(), scores.end(), [](double score) { return score == 0; }))
    why.warnings.push_back(
        "all scores are 0: the probability is so close to 0 or 1 that single precision shows no change; the logit has "
        "no such limit (explain = logit)");
  if (common.moves_layer)
    why.warnings.push_back(
        "this model normalises each word embedding separately, so its length does not matter: scores are taken at the "
        "output of the embedding block (layer = word takes them at the word embeddings)");
  why.warnings.insert(why.warnings.end(), attribution.warnings.begin(), attribution.warnings.end());
  if (const auto windows = windows_notice(why.task, item.windows->size()))
    why.warnings.push_back(fmt::format("{}, window {} is explained{}", *windows, target.window + 1,
                                       explains_no_answer(why) ? ", which came nearest to an answer" : ""));
  if (options.raw && why.task == Task::question_answering) {
    why.logits["start"] = row_major(logits, 0, 1);
    why.logits["end"] = row_major(logits, 1, 2);
  } else if (options.raw) {
    why.logits["logits"] = row_major(logits, 0, logits.columns);
  }
  return why;
}

/// The hidden state at the method's layer, and its copy for methods that multiply by it.
struct LayerInput {
  Mat x;         // (N, C), moved into the pass
  Mat multiply;  // (N, C), a copy of x; empty if the method needs only the gradient
};

LayerInput layer_input(const Encoder& encoder, const Batch& batch, const Method& method) {
  Mat x = forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch),
                  common_options(method, encoder.config).layer);
  Mat multiply = std::holds_alternative<GradientXInput>(method) ? copy(x) : Mat();
  return {.x = std::move(x), .multiply = std::move(multiply)};
}

/// Returns one score per row of the gradient (N, C) at the method's layer.
std::vector<double> scores_of(const Explainer& explainer, const Method& method, Mat gradient, const Mat& multiply) {
  const CommonOptions common = common_options(method, explainer.pipeline().checkpoint.config().encoder);
  const Reduce how = common.reduce;
  if (how == Reduce::onehot_l2) {
    const Mat transformed = explainer.onehot_norm().apply(gradient);
    return reduce(transformed, how);
  }
  for (std::size_t i = 0; i < multiply.rows(); ++i)
    for (std::size_t j = 0; j < multiply.columns(); ++j) gradient(i, j) *= multiply(i, j);
  return reduce(gradient, how, common.absolute);
}

/// An encoding of an item that shares a pass with others.
struct PackedWindow {
  Item* item;
  std::size_t window;

  const Encoding& encoding() const { return item->windows->encoding(window); }
};

/// One target of one item, and the index of its sequence in a pass.
struct PackedTarget {
  Item* item;
  std::size_t target, sequence;
};

/// Makes the explanations of all targets from one backward pass.
void take_gradients(const Explainer& explainer, const Encoder& encoder, const TracedPass& pass,
                    std::span<const PackedTarget> packed_targets, const Method& method, const ExplainOptions& options,
                    const Mat& multiply) {
  Mat dlogits = Mat::zeros(pass.logits.rows(), pass.logits.columns());
  for (const auto& [item, target, sequence] : packed_targets)
    value_vjp(item->targets[target].target, logits_of(encoder, pass.batch, pass.logits.view(), sequence),
              logits_of(encoder, pass.batch, dlogits.view(), sequence));
  const std::vector<double> scores =
      scores_of(explainer, method, gradient(encoder, pass, std::move(dlogits)), multiply);
  for (const auto& [item, target, sequence] : packed_targets) {
    const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(pass.batch.row_begin[sequence]);
    const auto end = scores.begin() + static_cast<std::ptrdiff_t>(pass.batch.row_begin[sequence + 1]);
    item->attempt([&, item = item, target = target] {
      item->explanations[target] = make_explanation(explainer, *item, item->targets[target], method, options,
                                                    {.scores = {begin, end}, .passes = item->windows->size()});
    });
  }
}

/// Explains the targets of windows with one traced forward pass, which also provides missing logits, predictions and
/// targets. @param report (how many more targets are explained)
void explain_packed(const Explainer& explainer, std::span<const PackedWindow> windows, const Method& method,
                    const ExplainOptions& options, bool all_entities, const Watch& watch,
                    const std::function<void(std::size_t)>& report) {
  const auto start = std::chrono::steady_clock::now();
  const Pipeline& pipeline = explainer.pipeline();
  const Encoder encoder = pipeline.encoder(watch);
  Batch batch;
  for (const PackedWindow& window : windows)
    batch.add(window.encoding().ids, window.encoding().type_ids, window.encoding().unpooled);
  const CommonOptions common = common_options(method, encoder.config);
  LayerInput input = layer_input(encoder, batch, method);
  const TracedPass pass = traced_forward(encoder, std::move(batch), common.layer, std::move(input.x));

  std::vector<PackedTarget> packed_targets;  // every window's first target: the pass is used as it is
  std::vector<PackedTarget> more;            // the other targets
  for (std::size_t i = 0; i < windows.size(); ++i) {
    Item& item = *windows[i].item;
    if (!item.windows->has_logits(windows[i].window)) {
      const ConstView logits = logits_of(encoder, pass.batch, pass.logits.view(), i);
      item.windows->keep(windows[i].window, copy(logits));
      if (item.targets.empty() && !item.attempt([&] {
            item.prediction = predict(pipeline, *item.input, windows[i].encoding(), logits, options.reading);
            choose_targets(pipeline, options, common.explain, all_entities, item);
          }))
        continue;
    }
    bool is_first = true;
    for (std::size_t t = 0; t < item.targets.size(); ++t) {
      if (item.targets[t].window != windows[i].window) continue;
      (is_first ? packed_targets : more).push_back({&item, t, i});
      is_first = false;
    }
  }
  std::vector<PackedTarget> all = packed_targets;
  all.insert(all.end(), more.begin(), more.end());
  if (!packed_targets.empty()) {
    take_gradients(explainer, encoder, pass, packed_targets, method, options, input.multiply);
    report(packed_targets.size());
  }
  const auto rows_of_target = [&](std::size_t i) { return windows[more[i].sequence].encoding().size(); };
  in_passes(more.size(), traced_rows(encoder.config), rows_of_target, [&](std::size_t begin, std::size_t end) {
    std::vector<std::size_t> sequences;
    packed_targets.clear();
    for (std::size_t i = begin; i < end; ++i) {
      packed_targets.push_back({more[i].item, more[i].target, sequences.size()});
      sequences.push_back(more[i].sequence);
    }
    Mat multiply;
    if (!input.multiply.view().empty()) gather(input.multiply, rows_of(pass.batch, sequences), multiply);
    take_gradients(explainer, encoder, repeated(encoder, pass, sequences), packed_targets, method, options, multiply);
    report(packed_targets.size());
  });
  // Looking up a row maps the memory pages around it; over time, the whole matrix would become resident.
  pipeline.checkpoint.release(pipeline.checkpoint.weights().embeddings.word);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::size_t rows = 0;  // of all targets
  for (const PackedTarget& packed : all) rows += windows[packed.sequence].encoding().size();
  for (const auto& [item, target, sequence] : all)
    item->explanations[target].seconds =
        seconds * static_cast<double>(windows[sequence].encoding().size()) / static_cast<double>(rows);
}

Subject subject_of(const Explainer& explainer, const Item& item, const ResolvedTarget& target,
                   const ExplainOptions& options, const Watch& watch) {
  return {.explainer = explainer,
          .encoding = item.windows->encoding(target.window),
          .target = target.target,
          .text = item.input->text,
          .pair = item.input->pair ? std::string_view(*item.input->pair) : std::string_view(),
          .value = value(target.target, item.windows->logits(target.window)),
          .options = options,
          .watch = watch,
          .coalitions = item.coalitions};
}

/// Returns a watch for part `index` of `count`: what the part reports is the progress of the whole.
Watch part_of(const Watch& watch, std::size_t index, std::size_t count) {
  Watch part = watch;
  if (watch.progress)
    part.progress = [&watch, index, count](std::size_t done, std::size_t total) {
      watch.progress(index * total + done, count * total);
    };
  return part;
}

/// Explains one item, whose logits are known, by a method that sends many perturbed inputs through the model.
void explain_separately(const Explainer& explainer, Item& item, const Method& method, const ExplainOptions& options,
                        const Watch& watch) {
  for (std::size_t t = 0; t < item.targets.size(); ++t) {
    const ResolvedTarget& target = item.targets[t];
    const auto start = std::chrono::steady_clock::now();
    const Watch part = part_of(watch, t, item.targets.size());
    const Subject subject = subject_of(explainer, item, target, options, part);
    Attribution attribution = attribute(subject, method);
    attribution.passes += item.windows->size();
    item.explanations[t] = make_explanation(explainer, item, target, method, options, std::move(attribution));
    item.explanations[t].seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
}

bool is_in_one_pass(const Method& method) {
  return std::holds_alternative<Gradient>(method) || std::holds_alternative<GradientXInput>(method);
}

/// Explains the targets of all items by a method of one pass, packed into shared passes.
void explain_in_passes(const Explainer& explainer, const Encoder& encoder, std::span<Item> items, const Method& method,
                       const ExplainOptions& options, bool all_entities, const Watch& watch) {
  std::vector<PackedWindow> packed;
  for (Item& item : items) {
    if (item.error) continue;
    const auto explains = [&](std::size_t window) {
      return item.windows->size() == 1 ||
             std::ranges::find(item.targets, window, &ResolvedTarget::window) != item.targets.end();
    };
    for (std::size_t w = 0; w < item.windows->size(); ++w)
      if (explains(w)) packed.push_back({&item, w});
  }
  std::size_t done = 0;
  const auto report = [&](std::size_t explained) {
    // Of many inputs, the caller knows which are done; of one with a single target, there is nothing to wait for.
    if (items.size() > 1 || items[0].targets.size() <= 1) return;
    done += explained;
    if (watch.progress) watch.progress(done, items[0].targets.size());
  };
  const auto rows_of_window = [&](std::size_t i) { return packed[i].encoding().size(); };
  using Windows = std::span<const PackedWindow>;
  const auto explain_windows = [&](Windows windows, const Watch& own) {
    explain_packed(explainer, windows, method, options, all_entities, own, report);
  };
  const auto part = [&](std::size_t begin, std::size_t end) { return Windows(packed).subspan(begin, end - begin); };
  if (std::ranges::any_of(items, [](const Item& item) { return item.windows && item.windows->size() > 1; })) {
    // Passes share the item.
    in_passes(packed.size(), traced_rows(encoder.config), rows_of_window,
              [&](std::size_t begin, std::size_t end) { explain_windows(part(begin, end), watch); });
    return;
  }
  in_passes_at_once(
      packed.size(), traced_rows_at_once(encoder.config), rows_of_window, &watch, part,
      [&](Windows windows, const Watch* own) { explain_windows(windows, own != nullptr ? *own : Watch()); },
      [](std::size_t, std::size_t, Windows) {});
}

}  // namespace

void explain_targets(const Explainer& explainer, const Encoder& encoder, std::span<Item> items, const Method& method,
                     const ExplainOptions& options, bool all_entities, const Watch& watch) {
  if (is_in_one_pass(method)) return explain_in_passes(explainer, encoder, items, method, options, all_entities, watch);
  for (std::size_t i = 0; i < items.size(); ++i)
    items[i].attempt(
        [&] { explain_separately(explainer, items[i], method, options, part_of(watch, i, items.size())); });
}

const OneHotNorm& Explainer::onehot_norm() const {
  std::call_once(once_, [&] {
    const StoredView word = pipeline_.checkpoint.weights().embeddings.word;
    onehot_norm_ = std::make_unique<OneHotNorm>(word);
    pipeline_.checkpoint.release(word);
  });
  return *onehot_norm_;
}

std::vector<Result<std::vector<Explanation>>> explain(const Explainer& explainer, std::span<const Input> inputs,
                                                      const ChosenMethod& chosen, const ExplainOptions& given,
                                                      bool all_entities, const Watch& watch,
                                                      std::span<Coalitions> coalitions) {
  if (chosen.automatic) return explain_automatically(explainer, inputs, chosen, given, all_entities, watch, coalitions);
  const Pipeline& pipeline = explainer.pipeline();
  Method method = chosen.method;
  if (chosen.seed) set(option("seed"), method, *chosen.seed);
  ExplainOptions options = given;
  if (!options.unit) options.unit = chosen.unit.value_or(Unit::word);
  if (!options.word_score) options.word_score = chosen.word_score;
  const Encoder encoder = pipeline.encoder(watch);
  check_method(method, encoder.config);
  max_length(pipeline, options.reading);  // throws if it is wrong for every input
  if (common_options(method, encoder.config).reduce == Reduce::onehot_l2)
    explainer.onehot_norm();  // computed before a pass uses much memory
  const bool is_preset_still = chosen.preset && is_preset(*chosen.preset, method, options.unit);
  const auto describe = [&](Explanation& why) {
    if (is_preset_still) why.method.preset = chosen.preset;
    if (chosen.seed) why.method.seed = *chosen.seed;
  };
  if (options.document) {
    auto results = explain_documents(explainer, inputs, method, options, watch);
    for (auto& result : results)
      if (result) describe(result->front());
    return results;
  }
  std::vector<Item> items(inputs.size());
  const Scalar scalar = common_options(method, encoder.config).explain;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Item& item = items[i];
    item.input = &inputs[i];
    item.coalitions = coalitions.empty() ? nullptr : &coalitions[i];
    item.attempt([&] {
      item.windows.emplace(InputWindows(pipeline, inputs[i], options.reading), encoder);
      item.windows->encoding(0);
      if (is_in_one_pass(method) && item.windows->size() == 1) return;
      if (pipeline.head().task == Task::sequence_classification && item.windows->size() > 1) {
        item.explanations.push_back(
            explain_document(explainer, inputs[i], method, options, part_of(watch, i, inputs.size())));
        return;
      }
      read_targets(pipeline, encoder, options, scalar, all_entities, item);
      if (!is_in_one_pass(method))
        explain_separately(explainer, item, method, options, part_of(watch, i, inputs.size()));
    });
  }
  if (is_in_one_pass(method)) explain_in_passes(explainer, encoder, items, method, options, all_entities, watch);
  for (Item& item : items) std::ranges::for_each(item.explanations, describe);
  std::vector<Result<std::vector<Explanation>>> results;
  for (Item& item : items)
    if (item.error)
      results.emplace_back(std::move(*item.error));
    else
      results.emplace_back(std::move(item.explanations));
  return results;
}

void for_each_subject(const Explainer& explainer, const Input& input, const ExplainOptions& options, Scalar explain,
                      bool all_entities, const Watch& watch, Coalitions* coalitions,
                      const std::function<void(const Subject&, const TargetInfo&)>& work) {
  const Pipeline& pipeline = explainer.pipeline();
  Item item;
  item.input = &input;
  item.coalitions = coalitions;
  const Encoder encoder = pipeline.encoder(watch);
  item.windows.emplace(InputWindows(pipeline, input, options.reading), encoder);
  read_targets(pipeline, encoder, options, explain, all_entities, item);
  for (const ResolvedTarget& target : item.targets)
    work(subject_of(explainer, item, target, options, watch), target.info);
}

}  // namespace limn
