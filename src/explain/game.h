#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace limn {

/// Whether each unit is present: a coalition.
using Mask = std::vector<bool>;

/// A method's scores for the units of a game.
struct UnitScores {
  enum class Kind {
    shares,        ///< contributions to F: a unit's score is divided among its tokens
    complete,      ///< the same, and the scores add up to F(x) − F(∅)
    not_additive,  ///< means, indices: each token of a unit gets the whole score
  };
  Kind kind = Kind::shares;
  std::vector<double> scores;                  ///< (units)
  std::vector<double> standard_errors = {};    ///< (units), NaN if unknown; or empty
  std::map<std::string, double> numbers = {};  ///< samples, …, for MethodInfo
  std::vector<std::string> warnings = {};
  std::vector<double> covariance = {};  ///< (units, units) of the scores, from which sums of them have errors; or empty
};

/// The cooperative game of perturbation methods: a value for each coalition of present units. Equal coalitions are
/// evaluated once.
class Game {
 public:
  /// Returns the value of each mask, in order.
  using Evaluate = std::function<std::vector<double>(std::span<const Mask* const> masks)>;
  /// Receives the progress, in evaluations.
  using Report = std::function<void(std::size_t done, std::size_t total)>;

  /// Called from time to time between passes; throws Cancelled to end the work.
  using Check = std::function<void()>;

  Game(std::size_t units, Evaluate evaluate, Report report = {}, Check check = {});

  std::size_t units() const { return units_; }
  /// Receives the scores so far.
  using Partial = std::function<void(const UnitScores& scores)>;
  /// Computes the scores from the values of the first masks; no scores if they are too few.
  using ScoresSoFar = std::function<UnitScores(std::span<const double> values)>;

  /// Returns one value per mask. @param so_far used to report the scores periodically, if anyone asked for them
  std::vector<double> values(std::span<const Mask> masks, const ScoresSoFar& so_far = {});
  double all_present() { return values({{Mask(units_, true)}}).front(); }
  double all_masked() { return values({{Mask(units_, false)}}).front(); }

  /// Stores a known value, so that the mask is not evaluated.
  void set_known(Mask mask, double value) { known_[std::move(mask)] = value; }
  /// Asks for the scores so far, twice a second at most.
  void on_partial(Partial partial) { partial_ = std::move(partial); }
  /// Reports scores so far, if anyone asked for them and the last ones are not too recent.
  void offer(const UnitScores& scores);
  /// Sets the expected number of evaluations, for the progress of methods that cannot ask for all values at once.
  void plan(std::size_t evaluations) { planned_ = evaluations; }
  /// Ends work that draws or reads many masks if the call was cancelled. @param index of the mask
  void check(std::size_t index) const {
    constexpr std::size_t check_every = 4096;
    if (check_ && index % check_every == 0) check_();
  }
  std::size_t evaluations() const { return evaluations_; }

 private:
  bool is_time_for_partial() const;
  void report_partial(std::span<const Mask> masks, const ScoresSoFar& so_far);

  std::size_t units_;
  Evaluate evaluate_;
  Report report_;
  Check check_;
  Partial partial_;
  std::chrono::steady_clock::time_point last_partial_;
  std::unordered_map<Mask, double> known_;
  std::size_t evaluations_ = 0, planned_ = 0;
};

}  // namespace limn
