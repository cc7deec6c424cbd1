#include "evaluate/explained_faithfulness.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/attempt.h"
#include "base/random.h"
#include "evaluate/faithfulness.h"
#include "explain/coalitions.h"
#include "explain/perturbation.h"
#include "explain/shapley.h"
#include "limn/error.h"
#include "options/names.h"
#include "options/option.h"

namespace limn {
namespace {

constexpr std::size_t random_orders = 8;

/// The default width of the search: both searches together evaluate about width · units² coalitions.
std::size_t default_beam(std::size_t units) {
  constexpr std::size_t most_evaluations = 4000, widest = 5;
  return std::min(widest, most_evaluations / (units * units));
}

/// The bounds of all orders, if they can be known. @param beam as FaithfulnessOptions::beam
std::optional<RemovalBounds> bounds_of(Game& game, std::optional<std::size_t> beam) {
  const std::size_t width = beam.value_or(default_beam(std::max<std::size_t>(game.units(), 1)));
  if (game.units() > most_exact_units && width == 0) return std::nullopt;
  return removal_bounds(game, width);
}

std::vector<double> unit_scores(const Explanation& explanation) {
  std::vector<double> scores;
  for (const Word& word : explanation.words) scores.push_back(word.score);
  return scores;
}

/// Measures random orders: the mean over several, whose scores are ranks.
FaithfulnessMetrics random_metrics(Game& game, std::optional<RemovalBounds>& bounds, std::uint64_t seed) {
  std::vector<std::vector<double>> scores;
  for (std::size_t draw = 0; draw < random_orders; ++draw) {
    auto engine = random_engine(seed, draw);
    std::vector<double>& ranks = scores.emplace_back(game.units());
    std::iota(ranks.begin(), ranks.end(), 1.);
    std::shuffle(ranks.begin(), ranks.end(), engine);
  }
  std::vector<FaithfulnessMetrics> metrics;
  for (const auto& ranks : scores) metrics.push_back(measure(game, ranks, bounds, nullptr));
  return mean_of(metrics);
}

void widen_by(std::optional<RemovalBounds>& bounds, Game& game, std::span<const double> scores) {
  if (!bounds || bounds->beam == 0) return;
  std::vector<std::size_t> order = order_by(scores);
  widen(*bounds, order, mean_fall(game, order));
  std::ranges::reverse(order);
  widen(*bounds, order, mean_fall(game, order));
}

InputFaithfulness measure_input(const Explainer& explainer, const Input& input, std::span<const ListedMethod> methods,
                                const FaithfulnessOptions& options, const Watch& watch) {
  Coalitions coalitions(options.masking);
  InputFaithfulness result;
  result.text = input.text;
  result.pair = input.pair;
  const Watch inner = {.progress = {}, .cancelled = watch.cancelled};
  const auto report = [&](std::size_t done) {
    if (watch.progress) watch.progress(done, methods.size() + 1);
  };
  ExplainOptions common = options.explaining;
  common.faithfulness = false;
  common.reading = of_beginning(common.reading);  // F of coalitions is that of one encoding
  if (!common.unit) common.unit = Unit::word;     // for every method, whatever its preset says
  const auto measure_subject = [&](const Subject& subject, const TargetInfo& target) {
    Game game = masking_game(subject, units_of(subject, subject.unit()), options.masking);
    if (game.units() == 0)
      throw Error({.thing = "the text", .found = "no units", .expected = "at least one word to remove"});
    result.target = target;
    result.value = subject.value;
    result.warnings = reading_warnings({&subject.encoding, 1});
    std::optional<RemovalBounds> bounds = bounds_of(game, options.beam);
    const Removals removals = removals_of(game, options.seed);
    report(1);
    for (const auto& [name, chosen] : methods) {
      ExplainOptions explaining = common;
      if (!explaining.word_score) explaining.word_score = chosen.word_score;
      auto explained = explain(explainer, {&input, 1}, chosen, explaining, false, inner, {&coalitions, 1});
      if (!explained.front()) {
        auto parts = explained.front().error().parts();
        parts.thing = name + (parts.thing.empty() ? "" : ": " + parts.thing);
        throw Error(std::move(parts));
      }
      const Explanation& why = explained.front()->front();
      if (result.units.empty())
        for (const Word& word : why.words)
          result.units.push_back({.begin = word.begin, .end = word.end, .score = 0, .sequence = word.sequence});
      MethodFaithfulness& found = result.methods.emplace_back();
      found.name = name;
      found.scores = unit_scores(why);
      found.order = order_by(found.scores);
      found.method = why.method.name;
      found.passes = why.passes;
      found.seconds = why.seconds;
      widen_by(bounds, game, found.scores);
      report(result.methods.size() + 1);
    }
    for (MethodFaithfulness& method : result.methods) method.metrics = measure(game, method.scores, bounds, &removals);
    result.random = random_metrics(game, bounds, options.seed);
    if (!bounds) return;
    result.upper = bounds->upper;
    result.lower = bounds->lower;
    result.beam = bounds->beam;
    result.best_order = std::move(bounds->best_order);
    result.worst_order = std::move(bounds->worst_order);
  };
  for_each_subject(explainer, input, common, Scalar::probability, false, inner, &coalitions, measure_subject);
  return result;
}

/// The masking strategy of the method itself, else [MASK].
Masking masking_of(const Method& method) {
  const Option& row = option("masking");
  if (!row.of(method)) return Masking::mask;
  return find_value<Masking>(std::get<std::string>(get(row, method))).value_or(Masking::mask);
}

Faithfulness faithfulness_of(Game& game, std::span<const double> scores) {
  std::optional<RemovalBounds> bounds = bounds_of(game, {});
  widen_by(bounds, game, scores);
  const FaithfulnessMetrics metrics = measure(game, scores, bounds, nullptr);
  Faithfulness result = {.comprehensiveness = metrics.comprehensiveness,
                         .sufficiency = metrics.sufficiency,
                         .normalised_comprehensiveness = metrics.normalised_comprehensiveness,
                         .normalised_sufficiency = metrics.normalised_sufficiency};
  result.exact = game.units() <= most_exact_units;
  if (!bounds) return result;
  result.upper = bounds->upper;
  result.lower = bounds->lower;
  result.beam = bounds->beam;
  return result;
}

}  // namespace

std::vector<Result<InputFaithfulness>> measure_faithfulness(const Explainer& explainer, std::span<const Input> inputs,
                                                            std::span<const ListedMethod> methods,
                                                            const FaithfulnessOptions& options, const Watch& watch) {
  if (methods.empty()) throw Error({.field = "method", .found = "no method", .expected = "at least one"});
  std::vector<Result<InputFaithfulness>> results;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Watch part = {.progress =
                            [&](std::size_t done, std::size_t total) {
                              if (watch.progress) watch.progress(i * total + done, inputs.size() * total);
                            },
                        .cancelled = watch.cancelled};
    results.push_back(attempt([&] { return measure_input(explainer, inputs[i], methods, options, part); }));
  }
  return results;
}

std::vector<Result<std::vector<Explanation>>> explain_measured(const Explainer& explainer,
                                                               std::span<const Input> inputs,
                                                               const ChosenMethod& chosen, const ExplainOptions& given,
                                                               bool all_entities, const Watch& watch) {
  std::vector<Coalitions> coalitions;
  for (std::size_t i = 0; i < inputs.size(); ++i) coalitions.emplace_back(masking_of(chosen.method));
  auto results = explain(explainer, inputs, chosen, given, all_entities, watch, coalitions);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!results[i]) continue;
    auto measured = attempt([&] {
      std::size_t next = 0;
      if (results[i]->empty()) return next;
      ExplainOptions options = given;
      options.unit = find_value<Unit>(results[i]->front().method.unit);
      const auto measure_subject = [&](const Subject& subject, const TargetInfo&) {
        if (next == results[i]->size()) return;
        Explanation& why = (*results[i])[next++];
        Game game = masking_game(subject, units_of(subject, subject.unit()), masking_of(*why.method.method));
        if (game.units() == 0) return;
        why.faithfulness = faithfulness_of(game, unit_scores(why));
        why.passes += game.evaluations();
      };
      for_each_subject(explainer, inputs[i], options, Scalar::probability, all_entities, watch, &coalitions[i],
                       measure_subject);
      return next;
    });
    if (!measured) results[i] = measured.error();
  }
  return results;
}

}  // namespace limn
