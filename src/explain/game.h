#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace limn {

/// Which units are present.
using Mask = std::vector<bool>;

/// The game that perturbation methods play: a value for each set of units that are present. Equal sets are evaluated
/// once.
class Game {
 public:
  /// The value of each mask, in order.
  using Evaluate = std::function<std::vector<double>(std::span<const Mask* const> masks)>;
  /// Hears of progress, in evaluations.
  using Report = std::function<void(std::size_t done, std::size_t total)>;

  Game(std::size_t units, Evaluate evaluate, Report report = {});

  std::size_t units() const { return units_; }
  /// One value a mask.
  std::vector<double> values(std::span<const Mask> masks);
  double all_present() { return values({{Mask(units_, true)}}).front(); }
  double all_masked() { return values({{Mask(units_, false)}}).front(); }

  /// A value that needs no evaluation.
  void know(Mask mask, double value) { known_[std::move(mask)] = value; }
  /// How many evaluations there will be in all, for methods that cannot ask for all values at once.
  void plan(std::size_t evaluations) { planned_ = evaluations; }
  std::size_t evaluations() const { return evaluations_; }

 private:
  std::size_t units_;
  Evaluate evaluate_;
  Report report_;
  std::unordered_map<Mask, double> known_;
  std::size_t evaluations_ = 0, planned_ = 0;
};

/// What a method says of a game's units.
struct UnitScores {
  enum class Kind {
    shares,        ///< of F: the tokens of a unit share its score
    complete,      ///< the same, and all scores add up to F(x) − F(∅)
    not_additive,  ///< means, indices: each token of a unit has its whole score
  };
  Kind kind = Kind::shares;
  std::vector<double> scores;                  ///< (units)
  std::vector<double> standard_errors = {};    ///< (units), or empty
  std::map<std::string, double> numbers = {};  ///< samples, … for MethodInfo
  std::vector<std::string> warnings = {};
};

}  // namespace limn
