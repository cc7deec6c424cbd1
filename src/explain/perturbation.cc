#include "explain/perturbation.h"

#include <cassert>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/passes.h"
#include "explain/units.h"
#include "limn/error.h"
#include "model/passes.h"

namespace limn {
namespace {

std::int32_t required(std::optional<std::int32_t> id, const char* name, const char* hint) {
  if (id) return *id;
  throw Error({.field = "masking",
               .found = std::string("a tokenizer without a ") + name + " token",
               .expected = "mask, remove, pad or unk; the tokenizer must have the token",
               .hint = hint});
}

/// Builds perturbed inputs of a subject from masks.
class Perturbations {
 public:
  Perturbations(const Subject& subject, Units units, Masking masking)
      : subject_(subject), units_(std::move(units)), masking_(masking), target_tokens_(subject.encoding.size(), false) {
    const Tokenizer::Special& special = subject.explainer.pipeline().tokenizer.special();
    if (has_token_logits())
      for (const Target::Pick& pick : subject.target.picks) target_tokens_[pick.row] = true;
    switch (masking) {
      case Masking::mask:
        replacement_ = required(special.mask, "mask", "the masking strategy remove needs no token");
        break;
      case Masking::pad:
        replacement_ = required(special.pad, "padding", "the masking strategy remove needs no token");
        break;
      case Masking::unk:
        replacement_ = required(special.unknown, "unknown", "the masking strategy remove needs no token");
        break;
      case Masking::remove:
        if (has_token_logits())
          replacement_ = required(special.mask, "mask",
                                  "an explained token cannot be removed, so it is replaced by the mask token");
        break;
    }
  }

  /// Returns what value(target, logits) gives for each mask.
  template <class Value>
  auto outputs(std::span<const Mask* const> masks, const Value& value) const {
    std::vector<PerturbedInput> inputs;
    inputs.reserve(masks.size());
    for (const Mask* mask : masks) inputs.push_back(perturbed(*mask));
    std::vector<decltype(value(subject_.target, ConstView()))> values;
    values.reserve(masks.size());
    for_each_output(subject_, inputs,
                    [&](std::size_t i, ConstView logits) { values.push_back(value(inputs[i].target, logits)); });
    return values;
  }

 private:
  bool has_token_logits() const { return !subject_.encoder().weights.head.pools(); }

  PerturbedInput perturbed(const Mask& mask) const {
    const Encoding& encoding = subject_.encoding;
    std::vector<bool> present(encoding.size(), true);
    for (std::size_t u = 0; u < units_.size(); ++u)
      for (const std::size_t token : units_[u]) present[token] = mask[u];

    PerturbedInput result{.ids = {}, .type_ids = {}, .target = subject_.target};
    std::vector<std::size_t> new_row(encoding.size());
    for (std::size_t i = 0; i < encoding.size(); ++i) {
      new_row[i] = result.ids.size();
      if (!present[i] && masking_ == Masking::remove && !target_tokens_[i]) continue;
      result.ids.push_back(present[i] ? encoding.ids[i] : replacement_);
      result.type_ids.push_back(encoding.type_ids[i]);
    }
    if (has_token_logits())
      for (Target::Pick& pick : result.target.picks) pick.row = new_row[pick.row];
    return result;
  }

  const Subject& subject_;
  Units units_;
  Masking masking_;
  std::int32_t replacement_ = 0;
  std::vector<bool> target_tokens_;  // (T): tokens on which F is defined
};

}  // namespace

Units units_of(const Subject& subject, Unit unit) {
  return unit_tokens(subject.encoding, subject.text, subject.pair, unit);
}

Game masking_game(const Subject& subject, Units units, Masking masking) {
  const std::size_t count = units.size();
  Coalitions* const shared =
      subject.coalitions && subject.coalitions->accepts(units, masking, subject.target) ? subject.coalitions : nullptr;
  Game game(
      count,
      [shared, explain = subject.target.explain,
       perturbations = Perturbations(subject, std::move(units), masking)](std::span<const Mask* const> masks) {
        if (!shared) return perturbations.outputs(masks, value);
        return shared->values(masks, explain, [&](std::span<const Mask* const> unknown) {
          return perturbations.outputs(unknown, scalar_values);
        });
      },
      [&subject](std::size_t done, std::size_t total) { subject.report(done, total); },
      [&subject] { begin_pass(&subject.watch); });
  game.set_known(Mask(count, true), subject.value);
  return game;
}

Attribution attribution_of(const Subject& subject, const Units& units, const UnitScores& found, Game& game) {
  Attribution result;
  result.scores.assign(subject.encoding.size(), 0.);
  const bool shared = found.kind != UnitScores::Kind::not_additive;
  for (std::size_t u = 0; u < units.size(); ++u)
    for (const std::size_t token : units[u])
      result.scores[token] = found.scores[u] / (shared ? static_cast<double>(units[u].size()) : 1.);
  if (found.kind == UnitScores::Kind::complete) {
    const double total = std::accumulate(found.scores.begin(), found.scores.end(), 0.);
    result.baseline_value = game.all_masked();
    result.completeness_error = std::abs(total - (subject.value - *result.baseline_value));
  }
  result.passes = game.evaluations();
  result.numbers = found.numbers;
  result.warnings = found.warnings;
  return result;
}

std::vector<Word> partial_words(const Subject& subject, const UnitScores& found) {
  const std::vector<Token> tokens(subject.encoding.size());
  std::vector<Word> words = units(subject.encoding, tokens, subject.text, subject.pair, subject.unit(), WordScore::sum);
  assert(words.size() == found.scores.size());
  for (std::size_t u = 0; u < words.size(); ++u) {
    words[u].score = found.scores[u];
    if (!found.standard_errors.empty() && std::isfinite(found.standard_errors[u]))
      words[u].standard_error = found.standard_errors[u];
  }
  return words;
}

namespace {

template <class Method>
Attribution attribute_by_game(const Subject& subject, const Method& method) {
  const Units units = units_of(subject, subject.unit());
  Game game = masking_game(subject, units, method.masking);
  if (subject.watch.partial)
    game.on_partial([&](const UnitScores& scores) { subject.watch.partial(partial_words(subject, scores)); });
  const UnitScores found = score_units(game, method);
  Attribution result = attribution_of(subject, units, found, game);
  if (found.standard_errors.empty()) return result;
  result.standard_errors.assign(subject.encoding.size(), 0.);
  const bool is_sum = word_score_of(method, subject.encoder().config, subject.options) == WordScore::sum;
  const bool shared = found.kind != UnitScores::Kind::not_additive;
  for (std::size_t u = 0; u < units.size(); ++u) {
    // The tokens of a unit have equal scores, of which its own is the sum, the mean or the largest.
    const auto size = static_cast<double>(units[u].size());
    result.standard_errors[units[u].front()] = found.standard_errors[u] * (is_sum ? size : 1) / (shared ? size : 1);
  }
  return result;
}

}  // namespace

Attribution attribute(const Subject& subject, const Occlusion& method) { return attribute_by_game(subject, method); }
Attribution attribute(const Subject& subject, const KernelShap& method) { return attribute_by_game(subject, method); }
Attribution attribute(const Subject& subject, const ShapleySampling& method) {
  return attribute_by_game(subject, method);
}
Attribution attribute(const Subject& subject, const Rise& method) { return attribute_by_game(subject, method); }
Attribution attribute(const Subject& subject, const Sobol& method) { return attribute_by_game(subject, method); }
Attribution attribute(const Subject& subject, const OptimalOrder& method) { return attribute_by_game(subject, method); }

}  // namespace limn
