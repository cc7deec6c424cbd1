#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include "explain/passes.h"
#include "explain/subject.h"

namespace limn {

/// Token positions of the text's units, in order; tokens that the template added belong to none.
std::vector<std::vector<std::size_t>> unit_tokens(const Subject& subject, Unit unit);

/// Which units are present.
using Mask = std::vector<bool>;

/// The game that perturbation methods play: F of the input with only some units present. Absent units are replaced
/// token by token, or removed, which makes rows shorter. Tokens that F itself looks at (an answer's first and last token, a
/// tagged token) are never removed but replaced by [MASK], so that F stays defined.
class Game {
 public:
  /// @throws Error if the tokenizer has no token to stand for an absent one.
  Game(const Subject& subject, std::vector<std::vector<std::size_t>> units, Absent absent);

  std::size_t units() const { return units_.size(); }
  /// F of each mask; equal masks are computed once, now and in later calls.
  std::vector<double> values(std::span<const Mask> masks);
  double value(const Mask& mask) { return values({&mask, 1}).front(); }
  double all_absent() { return value(Mask(units(), false)); }
  /// Sequences that went through the model so far.
  std::size_t passes() const { return passes_; }

  /// One score a token from one score a unit: see Attribution.
  std::vector<double> spread(std::span<const double> unit_scores) const;

 private:
  Variant variant(const Mask& mask) const;

  const Subject& subject_;
  std::vector<std::vector<std::size_t>> units_;
  Absent absent_;
  std::int32_t stand_in_ = 0, mask_id_ = 0;
  std::vector<bool> looked_at_;  // (T): tokens that F looks at
  std::unordered_map<Mask, double> known_;
  std::size_t passes_ = 0;
};

}  // namespace limn
