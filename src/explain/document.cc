#include "explain/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/attempt.h"
#include "explain/item.h"
#include "explain/method_info.h"
#include "explain/scores.h"
#include "explain/units.h"
#include "limn/error.h"
#include "task/classification.h"
#include "task/probability.h"
#include "task/question_answering.h"

namespace limn {
namespace {

/// Windows are explained in the order of their weights until the sum of these is this.
constexpr double enough_weight = 0.999;

/// The F of one window, and its weight in that of the document.
struct WindowTerm {
  ResolvedTarget target;
  double weight = 1;
};

void check_document(const Pipeline& pipeline, const ExplainOptions& options, std::size_t windows) {
  const Task task = pipeline.head().task;
  const bool is_label = task == Task::sequence_classification;
  if (!is_label && task != Task::question_answering && task != Task::token_classification)
    throw Error({.field = "explain_document",
                 .found = fmt::format("a model of {}", name(task)),
                 .expected = "a model for question answering, sequence classification or token classification, which "
                             "reads long texts in windows"});
  if (is_label && options.faithfulness && windows > 1)
    throw Error({.field = "faithfulness",
                 .found = fmt::format("a text of {} windows", windows),
                 .expected = "a text that the model reads at once",
                 .hint = "long_text = beginning explains the first window, and measures it"});
  const auto refuse = [](bool is_set, const char* what) {
    if (is_set)
      throw Error({.field = "explain_document",
                   .found = fmt::format("{}, too", what),
                   .expected = "one of the two: the whole text is explained for the predictions of all windows"});
  };
  refuse(options.faithfulness, "faithfulness");
  refuse(options.answer.has_value(), "an answer");
  if (is_label) return;
  refuse(options.target.has_value(), "a target");
  refuse(options.contrast.has_value(), "a contrast");
  refuse(options.raw, "raw logits");
}

/// The mean of the windows' logits (1, L), as for the prediction.
std::vector<double> mean_logits(const WindowStore& windows) {
  MeanLogits logits;
  for (std::size_t w = 0; w < windows.size(); ++w) logits.take(windows.logits(w), windows.encoding(w).share);
  const Mat mean = logits.mean();
  return {mean.view().row_span(0).begin(), mean.view().row_span(0).end()};
}

/// One target for each answer, the heaviest first.
std::vector<WindowTerm> terms_of_answers(const std::vector<Answer>& answers, const std::vector<double>& scores,
                                         const Item& item, const Pipeline& pipeline, Scalar explain) {
  const double total = log_sum_exp(scores);
  std::vector<std::size_t> order(answers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return scores[i]; });
  std::vector<WindowTerm> terms;
  double sum = 0;
  for (const std::size_t i : order) {
    AnswerPrediction of_window;
    of_window.best = answers[i];
    const Prediction prediction = of_window;
    const double weight = answers.size() == 1 ? 1 : std::exp(scores[i] - total);
    terms.push_back({resolve_target({}, explain, {*item.input, pipeline.head(), prediction, *item.windows}), weight});
    sum += weight;
    if (sum >= enough_weight) break;
  }
  return terms;
}

auto keep_in(Item& item) {
  return [&item](std::size_t window, Encoding& encoding, ConstView logits) {
    item.windows->keep(window, std::move(encoding), copy(logits));
  };
}

/// Reads a context: sets the item's prediction. @return one term for each window to explain
std::vector<WindowTerm> read_context(const Pipeline& pipeline, const Encoder& encoder, const ExplainOptions& options,
                                     Scalar explain, Item& item) {
  PredictOptions each = options.reading;
  each.top = 1;
  each.top_of_each_window = true;
  AnswerCollector of_windows(*item.input->pair, each);
  std::vector<Answer> nulls;
  read_windows(pipeline, encoder, options.reading, item, [&](std::size_t window, Encoding& encoding, ConstView logits) {
    of_windows.take({.encoding = &encoding, .logits = logits});
    nulls.emplace_back().window = window;
    nulls.back().score = double{logits(0, 0)} + logits(0, 1);
  });
  const bool is_null = std::get<AnswerPrediction>(item.prediction).best.text.empty();
  const std::vector<Answer> answers = is_null ? std::move(nulls) : of_windows.prediction().answers;
  std::vector<double> scores;
  for (const Answer& answer : answers) scores.push_back(is_null ? -answer.score : answer.score);
  return terms_of_answers(answers, scores, item, pipeline, explain);
}

/// Reads a text to tag: sets the item's prediction and keeps its windows. @return one term for each window with
/// entities
std::vector<WindowTerm> read_tagged(const Pipeline& pipeline, const Encoder& encoder, const ExplainOptions& options,
                                    Scalar explain, Item& item) {
  read_windows(pipeline, encoder, options.reading, item, keep_in(item));
  const ReadInput tagged = {*item.input, pipeline.head(), item.prediction, *item.windows};
  std::vector<WindowTerm> terms;
  for (ResolvedTarget& target : resolve_targets(options, explain, tagged)) {
    const auto same =
        std::ranges::find(terms, target.window, [](const WindowTerm& term) { return term.target.window; });
    if (same == terms.end())
      terms.push_back({std::move(target)});
    else
      same->target.target.picks.insert(same->target.target.picks.end(), target.target.picks.begin(),
                                       target.target.picks.end());
  }
  return terms;
}

/// Reads a text to classify: sets the item's prediction and keeps its windows. @return one term for each window
std::vector<WindowTerm> read_classified(const Pipeline& pipeline, const Encoder& encoder, const ExplainOptions& options,
                                        Scalar explain, Item& item) {
  read_windows(pipeline, encoder, options.reading, item, keep_in(item));
  const ResolvedTarget target =
      resolve_target(options, explain, {*item.input, pipeline.head(), item.prediction, *item.windows});
  const std::vector<double> mean = mean_logits(*item.windows);
  std::vector<WindowTerm> terms;
  for (std::size_t w = 0; w < item.windows->size(); ++w) {
    WindowTerm& term = terms.emplace_back(WindowTerm{target, item.windows->encoding(w).share});
    term.target.window = w;
    if (terms.back().weight == 1 || target.target.explain == Scalar::logit) continue;
    const auto logits = item.windows->logits(w).row_span(0);
    term.target.target.whole =
        std::make_shared<WholeText>(WholeText{mean, {logits.begin(), logits.end()}, term.weight});
  }
  return terms;
}

/// The tokens of several windows with the weighted sums of their scores.
class TokenSums {
 public:
  /// @param sequence the one that is read in windows
  explicit TokenSums(int sequence) : sequence_(sequence) {}

  /// @param scores none: all are 0
  void add(const Encoding& window, const std::vector<Token>& scores, double weight) {
    std::size_t position = window.window_begin, special = 0;
    for (std::size_t token = 0; token < window.size(); ++token) {
      const bool in_text = window.sequences[token] == sequence_;
      // The question and special tokens are the same in every window; those after the text come last.
      const bool is_after = position > window.window_begin;
      const std::size_t key = in_text ? position++ : special++;
      Sum& sum = sums_.try_emplace({in_text ? 1 : is_after ? 2 : 0, key}, Sum{part(window, token), 0}).first->second;
      if (!scores.empty()) sum.score += weight * scores[token].score;
    }
  }

  /// The tokens that any window has, in the order of the text.
  Encoding encoding() const {
    Encoding all;
    for (const auto& [place, sum] : sums_) {
      const Encoding& token = sum.token;
      all.ids.push_back(token.ids[0]);
      all.type_ids.push_back(token.type_ids[0]);
      all.offsets.push_back(token.offsets[0]);
      all.characters.push_back(token.characters[0]);
      all.words.push_back(token.words[0]);
      all.sequences.push_back(token.sequences[0]);
      all.special.push_back(token.special[0]);
    }
    return all;
  }

  std::vector<double> scores() const {
    std::vector<double> scores;
    for (const auto& [place, sum] : sums_) scores.push_back(sum.score);
    return scores;
  }

 private:
  struct Sum {
    Encoding token;  // of one token
    double score = 0;
  };

  static Encoding part(const Encoding& from, std::size_t token) {
    Encoding one;
    one.ids = {from.ids[token]};
    one.type_ids = {from.type_ids[token]};
    one.offsets = {from.offsets[token]};
    one.characters = {from.characters[token]};
    one.words = {from.words[token]};
    one.sequences = {from.sequences[token]};
    one.special = {from.special[token]};
    return one;
  }

  int sequence_;
  std::map<std::pair<int, std::size_t>, Sum> sums_;
};

/// The characters of a window's part of the text.
Span characters_read(const Encoding& window, int sequence) {
  Span read;
  for (std::size_t token = 0; token < window.size(); ++token)
    if (window.sequences[token] == sequence) read = joined(read, window.characters[token]);
  return read;
}

/// The warnings of the explanations of windows, each once, in their order.
class OtherWarnings {
 public:
  void add(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings)
      if (std::ranges::find(all_, warning) == all_.end()) all_.push_back(warning);
  }

  /// Without those that are about the window that was explained, not about the method. Of many that differ only in
  /// numbers, the first will do.
  std::vector<std::string> without(const std::optional<std::string>& notice) const {
    constexpr std::size_t most = 8;
    std::vector<std::string> warnings;
    std::size_t more = 0;
    for (const std::string& warning : all_) {
      if (notice && warning.starts_with(*notice)) continue;
      if (warnings.size() < most)
        warnings.push_back(warning);
      else
        ++more;
    }
    if (more > 0) warnings.push_back(fmt::format("{} more warnings about the explanations of other windows", more));
    return warnings;
  }

 private:
  std::vector<std::string> all_;
};

Method without_normalizing(Method method) {
  std::visit(
      [](auto& options) {
        if constexpr (requires { options.normalize; }) options.normalize = Normalize::none;
      },
      method);
  return method;
}

}  // namespace

Explanation explain_document(const Explainer& explainer, const Input& input, const Method& method,
                             const ExplainOptions& options, const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  const Pipeline& pipeline = explainer.pipeline();
  const Encoder encoder = pipeline.encoder(watch);
  const CommonOptions common = common_options(method, encoder.config);
  const bool is_tagged = pipeline.head().task == Task::token_classification;
  const bool is_classified = pipeline.head().task == Task::sequence_classification;
  const int sequence = is_tagged || is_classified ? 0 : 1;
  Item item;
  item.input = &input;
  item.windows.emplace(InputWindows(pipeline, input, options.reading), encoder);
  check_document(pipeline, options, item.windows->size());
  const auto read_terms = is_classified ? read_classified : is_tagged ? read_tagged : read_context;
  const std::vector<WindowTerm> terms = read_terms(pipeline, encoder, options, common.explain, item);

  const Method plain = without_normalizing(method);
  std::optional<Explanation> result;
  TokenSums sums(sequence);
  DocumentHeat document{.windows = item.windows->size(), .weight = 0, .explained = {}};
  std::size_t passes = item.windows->size();
  double f = 0, baseline = 0, completeness = 0;
  OtherWarnings warnings;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const WindowTerm& term = terms[i];
    Watch part = watch;
    bool has_reported = false;
    if (watch.progress)
      part.progress = [&](std::size_t done, std::size_t total) {
        has_reported = true;
        watch.progress(i * total + done, terms.size() * total);
      };
    item.targets = {term.target};
    item.explanations.assign(1, {});
    explain_targets(explainer, encoder, {&item, 1}, plain, options, false, part);
    if (item.error) throw std::move(*item.error);
    if (watch.progress && !has_reported) watch.progress(i + 1, terms.size());  // a method of one pass
    Explanation why = std::move(item.explanations.front());
    const Encoding& window = item.windows->encoding(term.target.window);
    sums.add(window, why.tokens, term.weight);
    const Span read = characters_read(window, sequence);
    Target of_window = term.target.target;
    of_window.whole = {};
    document.explained.push_back({.window = term.target.window,
                                  .begin = read.begin,
                                  .end = read.end,
                                  .weight = term.weight,
                                  .value = value(of_window, item.windows->logits(term.target.window)),
                                  .text = term.target.info.text});
    document.weight += term.weight;
    f += term.weight * why.value;
    baseline += term.weight * why.baseline_value.value_or(0);
    completeness += term.weight * why.completeness_error.value_or(0);
    passes += why.passes - item.windows->size();
    warnings.add(why.warnings);
    if (!result) result = std::move(why);
  }
  if (is_tagged)
    for (std::size_t w = 0; w < item.windows->size(); ++w) sums.add(item.windows->encoding(w), {}, 0);

  Explanation& why = *result;
  why.window_begin = 0;
  why.value = f;
  if (why.baseline_value) why.baseline_value = baseline;
  if (why.completeness_error) why.completeness_error = completeness;
  why.passes = passes;
  why.target.start_token.reset();
  why.target.end_token.reset();
  if (is_tagged) {
    why.target.label.reset();
    why.target.index.reset();
  } else if (!is_classified) {
    why.target.text = std::get<AnswerPrediction>(why.prediction).best.text;
  }
  std::map<std::string, double> numbers = std::move(why.method.numbers);
  why.method = method_info(method, encoder.config, options);
  why.method.numbers = std::move(numbers);
  why.heatmap.clear();
  if (is_classified && options.raw) why.logits["logits"] = mean_logits(*item.windows);
  const Encoding encoding = sums.encoding();
  std::vector<double> scores = sums.scores();
  normalize(scores, common.normalize);
  why.tokens = shown_tokens(pipeline.tokenizer, encoding);
  for (std::size_t i = 0; i < scores.size(); ++i) why.tokens[i].score = scores[i];
  const WordScore word_score = options.word_score.value_or(why.method.is_signed ? WordScore::sum : WordScore::absmax);
  why.words =
      units(encoding, why.tokens, why.text, why.pair.value_or(""), options.unit.value_or(Unit::word), word_score);
  const auto notice = windows_notice(why.task, document.windows);
  why.warnings = warnings.without(notice);
  if (notice && is_classified)
    why.warnings.push_back(fmt::format("{}, all are explained together", *notice));
  else if (notice && is_tagged)
    why.warnings.push_back(
        fmt::format("{}, the entities of {} are explained together", *notice, document.explained.size()));
  else if (notice)
    why.warnings.push_back(fmt::format("{}, the answers of {}, with {:.2f} % of the weight, are explained together",
                                       *notice, document.explained.size(), 100 * document.weight));
  why.document = std::move(document);
  why.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(*result);
}

std::vector<Result<std::vector<Explanation>>> explain_documents(const Explainer& explainer,
                                                                std::span<const Input> inputs, const Method& method,
                                                                const ExplainOptions& options, const Watch& watch) {
  std::vector<Result<std::vector<Explanation>>> results;
  for (const Input& input : inputs)
    results.push_back(attempt(
        [&] { return std::vector<Explanation>(1, explain_document(explainer, input, method, options, watch)); }));
  return results;
}

}  // namespace limn
