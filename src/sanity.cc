#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "base/random.h"
#include "evaluate/correlation.h"
#include "evaluate/text_changes.h"
#include "limn/evaluate.h"
#include "model/randomize.h"

namespace limn {
namespace {

/// The target of an explanation in the syntax of ExplainOptions::target.
std::string target_text(const Explanation& why) {
  const TargetInfo& target = why.target;
  switch (why.task) {
    case Task::question_answering:
      return fmt::format("{}:{}", target.start_token.value_or(0), target.end_token.value_or(0));
    case Task::token_classification:
      return fmt::format("{}:{}", target.start_token.value_or(0), target.label.value_or("0"));
    default:
      return fmt::format("{}", target.index.value_or(0));
  }
}

/// Collects the mean of correlations.
class MeanCorrelation {
 public:
  void add(std::optional<double> correlation) {
    if (!correlation) return;
    sum_ += *correlation;
    ++count_;
  }
  SanityStep step(std::string change) const {
    SanityStep step = {.change = std::move(change), .inputs = count_, .spearman = {}};
    if (count_ > 0) step.spearman = sum_ / static_cast<double>(count_);
    return step;
  }

 private:
  double sum_ = 0;
  std::size_t count_ = 0;
};

std::vector<double> word_scores(const Explanation& why) {
  std::vector<double> scores;
  for (const Word& word : why.words) scores.push_back(word.score);
  return scores;
}

/// Correlates the words that both texts have, in order: a changed text has the same ones, or a full stop more or fewer.
std::optional<double> correlate_in_order(const Explanation& a, const Explanation& b, TextChange change) {
  std::vector<double> left = word_scores(a), right = word_scores(b);
  const std::size_t common = std::min(left.size(), right.size());
  if (left.size() != right.size() &&
      (change != TextChange::punctuation || std::max(left.size(), right.size()) != common + 1))
    return std::nullopt;
  left.resize(common);
  right.resize(common);
  return spearman_rho(left, right);
}

/// Whether two predictions are the same label, or the same answer.
bool same_prediction(const Prediction& a, const Prediction& b) {
  if (const auto* label = std::get_if<LabelPrediction>(&a)) return label->index == std::get<LabelPrediction>(b).index;
  if (const auto* answer = std::get_if<AnswerPrediction>(&a))
    return answer->best.text == std::get<AnswerPrediction>(b).best.text;
  return false;
}

/// One method on one model; original explanations of every input.
class SanityCheck {
 public:
  SanityCheck(const Model& model, const std::vector<Input>& inputs, const ListedMethod& method,
              const ExplainOptions& options, const Watch& watch)
      : inputs_(inputs), method_(method), options_(options), watch_({.progress = {}, .cancelled = watch.cancelled}) {
    if (!options_.word_score) options_.word_score = method.chosen.word_score;
    for (const Input& input : inputs) originals_.push_back(model.explain(input, method.chosen, options_, watch_));
  }

  /// The same targets, explained by a model with random weights.
  SanityStep randomized(const Model& model, std::string part) const {
    MeanCorrelation mean;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      ExplainOptions options = options_;
      options.target = target_text(originals_[i]);
      mean.add(correlate_words(originals_[i], model.explain(inputs_[i], method_.chosen, options, watch_)).spearman);
    }
    return mean.step(std::move(part));
  }

  /// Another label of each text, drawn at random.
  SanityStep other_label(const Model& model, std::uint64_t seed) const {
    const std::size_t labels = model.info().labels.size();
    MeanCorrelation mean;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      auto engine = random_engine(seed, i);
      const std::size_t original = originals_[i].target.index.value_or(0);
      const std::size_t step = std::uniform_int_distribution<std::size_t>(1, labels - 1)(engine);
      ExplainOptions options = options_;
      options.target = std::to_string((original + step) % labels);
      mean.add(correlate_words(originals_[i], model.explain(inputs_[i], method_.chosen, options, watch_)).spearman);
    }
    return mean.step("another label");
  }

  /// Texts with small changes that leave the prediction as it is.
  SanityStep perturbed(const Model& model, TextChange change, std::uint64_t seed) const {
    MeanCorrelation mean;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      Input input = inputs_[i];
      std::string& text = input.pair ? *input.pair : input.text;
      const auto changed = changed_text(text, change, seed + i);
      if (!changed) continue;
      text = *changed;
      const Explanation why = model.explain(input, method_.chosen, options_, watch_);
      if (same_prediction(why.prediction, originals_[i].prediction))
        mean.add(correlate_in_order(originals_[i], why, change));
    }
    return mean.step(std::string(name_of(change)));
  }

 private:
  const std::vector<Input>& inputs_;
  const ListedMethod& method_;
  ExplainOptions options_;
  Watch watch_;
  std::vector<Explanation> originals_;
};

}  // namespace

SanityScores evaluate_sanity(const std::filesystem::path& folder, const std::vector<Input>& inputs,
                             const std::vector<ListedMethod>& methods, const ExplainOptions& options,
                             std::uint64_t seed, const Watch& watch) {
  if (methods.empty()) throw Error({.field = "method", .found = "no method", .expected = "at least one"});
  if (inputs.empty()) throw Error({.field = "data", .found = "no texts", .expected = "at least one"});
  constexpr double most_correlation = .5;
  const Model model = Model::load(folder);
  SanityScores scores = {.model = model.info().name, .inputs = inputs.size(), .methods = {}};
  std::vector<SanityCheck> checks;
  const std::vector<std::string> parts = randomized_parts(model.info().layers);
  const std::size_t total = methods.size() * (parts.size() + 2);
  std::size_t done = 0;
  const auto advance = [&] {
    if (watch.progress) watch.progress(++done, total);
  };
  const bool has_labels = model.info().task == Task::sequence_classification && model.info().labels.size() > 1 &&
                          model.info().outputs != OutputMeaning::value;
  for (const ListedMethod& method : methods) {
    const SanityCheck& check = checks.emplace_back(model, inputs, method, options, watch);
    MethodSanity& result = scores.methods.emplace_back();
    result.name = method.name;
    if (has_labels) result.other_label = check.other_label(model, seed);
    advance();
    for (const TextChange change :
         {TextChange::letter_case, TextChange::punctuation, TextChange::white_space, TextChange::typos})
      result.perturbed.push_back(check.perturbed(model, change, seed));
    advance();
  }
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const Model random = Model::load_randomized(folder, part + 1, seed);
    for (std::size_t m = 0; m < methods.size(); ++m) {
      scores.methods[m].randomized.push_back(checks[m].randomized(random, parts[part]));
      advance();
    }
  }
  for (MethodSanity& method : scores.methods)
    if (const auto last = method.randomized.back().spearman)
      method.depends_on_weights = std::abs(*last) < most_correlation;
  return scores;
}

}  // namespace limn
