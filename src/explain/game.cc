#include "explain/game.h"

#include <cassert>
#include <string>

#include "explain/units.h"
#include "limn/error.h"

namespace limn {
namespace {

std::int32_t required(std::optional<std::int32_t> id, const char* name) {
  if (id) return *id;
  throw Error({.thing = "--absent",
               .found = std::string("a tokenizer without a ") + name + " token",
               .expected = "mask, remove, pad or unk, as far as the tokenizer has it"});
}

}  // namespace

std::vector<std::vector<std::size_t>> unit_tokens(const Subject& subject, Unit unit) {
  const std::vector<Token> tokens = tokens_of(subject.explainer.pipeline().tokenizer, subject.encoding);
  return unit_tokens(tokens, subject.text, subject.pair, unit);
}

Game::Game(const Subject& subject, std::vector<std::vector<std::size_t>> units, Absent absent)
    : subject_(subject), units_(std::move(units)), absent_(absent), looked_at_(subject.encoding.size(), false) {
  const Tokenizer::Special& special = subject.explainer.pipeline().tokenizer.special();
  const bool every_token = subject.encoder().weights.head.pooling == Pooling::none;
  if (every_token)
    for (const Target::Pick& pick : subject.target.picks) looked_at_[pick.row] = true;
  if (absent == Absent::mask || (absent == Absent::remove && every_token)) mask_id_ = required(special.mask, "mask");
  stand_in_ = absent == Absent::pad ? required(special.pad, "pad") : absent == Absent::unk ? required(special.unknown, "unknown") : mask_id_;
}

Variant Game::variant(const Mask& mask) const {
  assert(mask.size() == units());
  const Encoding& encoding = subject_.encoding;
  std::vector<bool> present(encoding.size(), true);
  for (std::size_t u = 0; u < units(); u++)
    for (const std::size_t token : units_[u]) present[token] = mask[u];

  Variant result{.ids = {}, .type_ids = {}, .target = subject_.target};
  std::vector<std::size_t> new_row(encoding.size());
  for (std::size_t i = 0; i < encoding.size(); i++) {
    new_row[i] = result.ids.size();
    if (!present[i] && absent_ == Absent::remove && !looked_at_[i]) continue;
    result.ids.push_back(present[i] ? encoding.ids[i] : stand_in_);
    result.type_ids.push_back(encoding.type_ids[i]);
  }
  if (subject_.encoder().weights.head.pooling == Pooling::none)
    for (Target::Pick& pick : result.target.picks) pick.row = new_row[pick.row];
  return result;
}

std::vector<double> Game::values(std::span<const Mask> masks) {
  constexpr std::size_t report_every = 64;
  std::vector<const Mask*> unknown;
  for (const Mask& mask : masks)
    if (known_.emplace(mask, 0.).second) unknown.push_back(&mask);
  for (std::size_t begin = 0; begin < unknown.size(); begin += report_every) {
    std::vector<Variant> variants;
    for (std::size_t i = begin; i < std::min(begin + report_every, unknown.size()); i++) variants.push_back(variant(*unknown[i]));
    const std::vector<double> found = values_of(subject_, variants);
    for (std::size_t i = 0; i < found.size(); i++) known_[*unknown[begin + i]] = found[i];
    passes_ += found.size();
    subject_.report(begin + found.size(), unknown.size());
  }
  std::vector<double> result;
  for (const Mask& mask : masks) result.push_back(known_.at(mask));
  return result;
}

std::vector<double> Game::spread(std::span<const double> unit_scores) const {
  std::vector<double> scores(subject_.encoding.size(), 0.);
  for (std::size_t u = 0; u < units(); u++)
    for (const std::size_t token : units_[u]) scores[token] = unit_scores[u] / static_cast<double>(units_[u].size());
  return scores;
}

}  // namespace limn
