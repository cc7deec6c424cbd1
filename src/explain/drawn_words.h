#pragma once

#include <chrono>
#include <vector>

#include "explain/game.h"
#include "explain/noisy_draws.h"
#include "explain/subject.h"
#include "limn/options.h"

namespace limn {

/// The scores of the result's words, of those of tokens that random draws gave, with their standard errors.
class DrawnWords {
 public:
  /// @param word_score how a method's scores of tokens become those of words
  DrawnWords(const Subject& subject, WordScore word_score) : subject_(subject), word_score_(word_score) {}

  /// The scores of words so far, with standard errors if there are enough draws.
  UnitScores scores(const NoisyDraws& draws) const;
  /// Reports the scores so far, if anyone asked for them; twice a second at most.
  void report(const NoisyDraws& draws);
  /// The scores of tokens; the standard error of a word stands at its first token.
  /// @param errors the standard errors of scores()
  Attribution result(const NoisyDraws& draws, const std::vector<double>& errors) const;

 private:
  std::vector<double> words_of(const std::vector<double>& scores) const;

  const Subject& subject_;
  WordScore word_score_;
  std::chrono::steady_clock::time_point last_report_;
};

}  // namespace limn
