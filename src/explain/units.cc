#include "explain/units.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "text/sentences.h"

namespace limn {
namespace {

/// Returns the index of the sentence in which a token begins; sentences are sorted and cover the text except for white
/// space.
std::size_t sentence_of(const std::vector<Span>& sentences, Span token) {
  const auto after = std::upper_bound(sentences.begin(), sentences.end(), token.begin,
                                      [](std::size_t begin, const Span& span) { return begin < span.begin; });
  return after == sentences.begin() ? 0 : static_cast<std::size_t>(after - sentences.begin()) - 1;
}

bool ends_clause(std::string_view token) { return token == "," || token == ";" || token == ":"; }

}  // namespace

std::vector<std::vector<std::size_t>> word_tokens(const Encoding& encoding, std::string_view text,
                                                  std::string_view pair, WordRule rule) {
  const std::vector<std::int32_t> words = word_indices(encoding, text, pair, rule);
  std::vector<std::vector<std::size_t>> result;
  std::pair<std::int32_t, std::int32_t> last = {-1, -1};  // sequence and word
  for (std::size_t token = 0; token < encoding.size(); ++token) {
    const std::pair here = {encoding.sequences[token], words[token]};
    if (here.first < 0) continue;
    if (here != last) result.emplace_back();
    result.back().push_back(token);
    last = here;
  }
  return result;
}

std::vector<std::vector<std::size_t>> unit_tokens(const Encoding& encoding, std::string_view text,
                                                  std::string_view pair, Unit unit) {
  if (unit == Unit::word) return word_tokens(encoding, text, pair, WordRule::unicode);
  const bool by_sentence = unit == Unit::sentence || unit == Unit::clause;
  const std::vector<Span> sentence_spans[2] = {by_sentence ? sentences(text) : std::vector<Span>(),
                                               by_sentence ? sentences(pair) : std::vector<Span>()};
  std::vector<std::vector<std::size_t>> result;
  std::pair<std::size_t, std::size_t> last_key;
  std::int32_t last_sequence = -1;
  std::size_t clause = 0;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    const std::int32_t sequence = encoding.sequences[i];
    if (sequence < 0) continue;
    const Span characters = encoding.characters[i];
    std::pair<std::size_t, std::size_t> key = {i, 0};
    if (by_sentence) key = {sentence_of(sentence_spans[sequence], characters), unit == Unit::clause ? clause : 0};
    if (sequence != last_sequence || key != last_key) result.emplace_back();
    result.back().push_back(i);
    last_key = key;
    last_sequence = sequence;
    const std::string_view of_sequence = sequence == 0 ? text : pair;
    if (ends_clause(of_sequence.substr(characters.begin, characters.end - characters.begin))) ++clause;
  }
  return result;
}

std::vector<Word> units(const Encoding& encoding, const std::vector<Token>& tokens, std::string_view text,
                        std::string_view pair, Unit unit, WordScore word_score) {
  std::vector<Word> result;
  for (const std::vector<std::size_t>& members : unit_tokens(encoding, text, pair, unit)) {
    const Span characters = characters_of(encoding, members.front(), members.back());
    Word word = {
        .begin = characters.begin, .end = characters.end, .score = 0, .sequence = encoding.sequences[members.front()]};
    for (const std::size_t member : members) {
      const double score = tokens[member].score;
      if (word_score != WordScore::absmax)
        word.score += score;
      else if (std::abs(score) > std::abs(word.score))
        word.score = score;
    }
    if (word_score == WordScore::mean) word.score /= static_cast<double>(members.size());
    result.push_back(word);
  }
  return result;
}

}  // namespace limn
