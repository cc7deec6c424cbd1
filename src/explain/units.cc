#include "explain/units.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "text/sentences.h"

namespace limn {
namespace {

/// Index of the sentence in which a token begins; sentences are in order and cover the text but for white space.
std::size_t sentence_of(const std::vector<Span>& sentences, const Token& token) {
  const auto after = std::upper_bound(sentences.begin(), sentences.end(), token.begin,
                                      [](std::size_t begin, const Span& span) { return begin < span.begin; });
  return after == sentences.begin() ? 0 : static_cast<std::size_t>(after - sentences.begin()) - 1;
}

}  // namespace

std::vector<Word> units(const std::vector<Token>& tokens, std::string_view text, std::string_view pair, Unit unit, Pieces pieces) {
  const std::vector<Span> sentences_of[2] = {unit == Unit::sentence ? sentences(text) : std::vector<Span>(),
                                             unit == Unit::sentence ? sentences(pair) : std::vector<Span>()};
  std::vector<Word> result;
  std::vector<std::size_t> counts;  // tokens in each unit so far
  std::size_t last_key = 0;
  for (std::size_t i = 0; i < tokens.size(); i++) {
    const Token& token = tokens[i];
    if (!token.sequence) continue;
    const auto sequence = *token.sequence;
    const std::size_t key = unit == Unit::token  ? i
                            : unit == Unit::word ? token.word.value_or(i)
                                                 : sentence_of(sentences_of[sequence], token);
    if (result.empty() || result.back().sequence != sequence || key != last_key) {
      result.push_back({.begin = token.begin, .end = token.end, .score = token.score, .sequence = sequence});
      counts.push_back(1);
    } else {
      Word& word = result.back();
      word.begin = std::min(word.begin, token.begin);
      word.end = std::max(word.end, token.end);
      if (pieces != Pieces::absmax) word.score += token.score;
      else if (std::abs(token.score) > std::abs(word.score)) word.score = token.score;
      counts.back()++;
    }
    last_key = key;
  }
  if (pieces == Pieces::mean)
    for (std::size_t i = 0; i < result.size(); i++) result[i].score /= static_cast<double>(counts[i]);
  return result;
}

}  // namespace limn
