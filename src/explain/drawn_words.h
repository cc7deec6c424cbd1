#pragma once

#include <chrono>
#include <vector>

#include "explain/noisy_draws.h"
#include "explain/subject.h"
#include "limn/options.h"

namespace limn {

/// The scores of the result's words, of those of tokens that random draws gave, with their standard errors.
class DrawnWords {
 public:
  /// @param word_score how a method's scores of tokens become those of words
  DrawnWords(const Subject& subject, WordScore word_score) : subject_(subject), word_score_(word_score) {}

  /// The largest standard error ÷ the largest |score|; 0 if all scores are 0, 1 if there are no standard errors.
  double relative_error(const NoisyDraws& draws) const;
  /// Reports the scores so far, if anyone asked for them; twice a second at most.
  void report(const NoisyDraws& draws);
  /// The scores of tokens; the standard error of a word stands at its first token.
  Attribution result(const NoisyDraws& draws) const;

 private:
  std::vector<double> words_of(const std::vector<double>& scores) const;
  std::vector<double> errors(const NoisyDraws& draws) const {
    return draws.standard_errors([this](const std::vector<double>& scores) { return words_of(scores); });
  }

  const Subject& subject_;
  WordScore word_score_;
  std::chrono::steady_clock::time_point last_report_;
};

}  // namespace limn
