#include "explain/units.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "text/sentences.h"

namespace limn {
namespace {

/// Returns the index of the sentence in which a token begins; sentences are sorted and cover the text except for white
/// space.
std::size_t sentence_of(const std::vector<Span>& sentences, const Token& token) {
  const auto after = std::upper_bound(sentences.begin(), sentences.end(), token.begin,
                                      [](std::size_t begin, const Span& span) { return begin < span.begin; });
  return after == sentences.begin() ? 0 : static_cast<std::size_t>(after - sentences.begin()) - 1;
}

bool ends_clause(std::string_view token) { return token == "," || token == ";" || token == ":"; }

}  // namespace

std::vector<std::vector<std::size_t>> unit_tokens(const std::vector<Token>& tokens, std::string_view text,
                                                  std::string_view pair, Unit unit) {
  const bool by_sentence = unit == Unit::sentence || unit == Unit::clause;
  const std::vector<Span> sentence_spans[2] = {by_sentence ? sentences(text) : std::vector<Span>(),
                                               by_sentence ? sentences(pair) : std::vector<Span>()};
  std::vector<std::vector<std::size_t>> result;
  std::pair<std::size_t, std::size_t> last_key;
  int last_sequence = -1;
  std::size_t clause = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (!token.sequence) continue;
    std::pair<std::size_t, std::size_t> key = {i, 0};
    if (unit == Unit::word) key = {token.word.value_or(i), 0};
    if (by_sentence) key = {sentence_of(sentence_spans[*token.sequence], token), unit == Unit::clause ? clause : 0};
    if (*token.sequence != last_sequence || key != last_key) result.emplace_back();
    result.back().push_back(i);
    last_key = key;
    last_sequence = *token.sequence;
    const std::string_view sequence = *token.sequence == 0 ? text : pair;
    if (ends_clause(sequence.substr(token.begin, token.end - token.begin))) ++clause;
  }
  return result;
}

std::vector<Word> units(const std::vector<Token>& tokens, std::string_view text, std::string_view pair, Unit unit,
                        WordScore word_score) {
  std::vector<Word> result;
  for (const std::vector<std::size_t>& members : unit_tokens(tokens, text, pair, unit)) {
    const Token& first = tokens[members.front()];
    Word word = {.begin = first.begin, .end = first.end, .score = 0, .sequence = *first.sequence};
    for (const std::size_t member : members) {
      const Token& token = tokens[member];
      word.begin = std::min(word.begin, token.begin);
      word.end = std::max(word.end, token.end);
      if (word_score != WordScore::absmax)
        word.score += token.score;
      else if (std::abs(token.score) > std::abs(word.score))
        word.score = token.score;
    }
    if (word_score == WordScore::mean) word.score /= static_cast<double>(members.size());
    result.push_back(word);
  }
  return result;
}

}  // namespace limn
