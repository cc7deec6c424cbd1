#include "explain/drawn_words.h"

#include "explain/perturbation.h"
#include "explain/units.h"

namespace limn {

std::vector<double> DrawnWords::words_of(const std::vector<double>& scores) const {
  std::vector<Token> tokens(scores.size());
  for (std::size_t t = 0; t < scores.size(); ++t) tokens[t].score = scores[t];
  std::vector<double> result;
  for (const Word& word : units(subject_.encoding, tokens, subject_.text, subject_.pair, subject_.unit(), word_score_))
    result.push_back(word.score);
  return result;
}

UnitScores DrawnWords::scores(const NoisyDraws& draws) const {
  return {
      .scores = words_of(draws.scores()),
      .standard_errors = draws.standard_errors([this](const std::vector<double>& scores) { return words_of(scores); })};
}

void DrawnWords::report(const NoisyDraws& draws) {
  constexpr std::chrono::milliseconds between{500};
  if (!subject_.watch.partial || std::chrono::steady_clock::now() - last_report_ < between) return;
  const UnitScores so_far = scores(draws);
  if (so_far.standard_errors.empty()) return;
  subject_.watch.partial(partial_words(subject_, so_far));
  last_report_ = std::chrono::steady_clock::now();
}

Attribution DrawnWords::result(const NoisyDraws& draws, const std::vector<double>& errors) const {
  Attribution result = {.scores = draws.scores()};
  const auto members = unit_tokens(subject_.encoding, subject_.text, subject_.pair, subject_.unit());
  if (!errors.empty()) result.standard_errors.assign(subject_.encoding.size(), 0.);
  for (std::size_t u = 0; u < errors.size(); ++u) result.standard_errors[members[u].front()] = errors[u];
  return result;
}

}  // namespace limn
