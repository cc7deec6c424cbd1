#include "task/token_classification.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <string>

#include "task/classification.h"
#include "task/entity_chunks.h"
#include "task/probability.h"
#include "text/unicode.h"
#include "text/words.h"

namespace limn {
namespace {

/// Sets the label of a word from those of its tokens. Of equal labels and of equal tokens the first wins.
void aggregate(ConstView logits, const HeadConfig& head, Aggregation aggregation, WordLabel& word) {
  const auto probabilities_of = [&](std::size_t token) {
    return label_probabilities(logits.row_range(token, token + 1), head);
  };
  const auto index_of_largest = [](const std::vector<double>& values) {
    return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
  };
  std::vector<double> probabilities = probabilities_of(word.first_token);
  for (std::size_t token = word.first_token + 1; token <= word.last_token; ++token) {
    if (aggregation != Aggregation::average && aggregation != Aggregation::max) break;
    const std::vector<double> more = probabilities_of(token);
    if (aggregation == Aggregation::average)
      std::ranges::transform(probabilities, more, probabilities.begin(), std::plus());
    else if (std::ranges::max(more) > std::ranges::max(probabilities))
      probabilities = more;
  }
  word.index = index_of_largest(probabilities);
  word.probability = probabilities[word.index];
  if (aggregation == Aggregation::average)
    word.probability /= static_cast<double>(word.last_token - word.first_token + 1);
}

bool is_letter_or_number(char32_t code) { return is_letter(code) || is_number(code) || is_mark(code); }

/// The characters of a token without the parts at its ends that have no letter and no digit, if others have some:
/// "Oslo" of "(Oslo),". The full stop of "U.S." stays.
Span without_punctuation(std::string_view text, Span token) {
  const std::string_view characters = text.substr(token.begin, token.end - token.begin);
  Span kept = {characters.size(), 0};
  bool has_inner_stop = false;
  for (std::size_t position = 0; position < characters.size();) {
    const std::size_t begin = position;
    if (!is_letter_or_number(next_code_point(characters, position))) continue;
    has_inner_stop |= kept.end > 0 && characters.substr(kept.end, begin - kept.end) == ".";
    kept = {std::min(kept.begin, begin), position};
  }
  if (kept.end == 0) return token;
  if (has_inner_stop && characters.substr(kept.end).starts_with('.')) ++kept.end;
  return {token.begin + kept.begin, token.begin + kept.end};
}

bool is_blank(const Encoding& encoding, std::size_t token) {
  return encoding.characters[token].begin == encoding.characters[token].end;
}

/// The words whose labels make entities. A word's blank, which some tokenizers make a token of its own, has no say in
/// its label.
std::vector<std::int32_t> labelled_words(const Encoding& encoding, std::string_view text, Aggregation aggregation) {
  if (aggregation == Aggregation::simple) return word_indices(encoding, text, {}, WordRule::subwords);
  std::vector<std::int32_t> words = word_indices(encoding, text, {}, WordRule::tags);
  for (std::size_t token = 0; token < encoding.size(); ++token)
    if (is_blank(encoding, token)) words[token] = -1;
  return words;
}

/// The characters of an entity; empty if its tokens are white space.
Span entity_characters(const Encoding& encoding, std::string_view text, std::size_t first, std::size_t last) {
  while (first < last && is_blank(encoding, first)) ++first;
  while (last > first && is_blank(encoding, last)) --last;
  Span characters = characters_of(encoding, first, last);
  characters.begin = std::max(characters.begin, without_punctuation(text, encoding.characters[first]).begin);
  characters.end = std::min(characters.end, without_punctuation(text, encoding.characters[last]).end);
  return characters;
}

}  // namespace

std::vector<WordLabel> word_labels(ConstView logits, const Encoding& encoding, std::span<const std::int32_t> words,
                                   const HeadConfig& head, Aggregation aggregation) {
  assert(logits.rows == encoding.size() && logits.columns == head.labels.size());
  std::vector<WordLabel> labels;
  for (std::size_t token = 0; token < encoding.size(); ++token) {
    if (encoding.special[token] || encoding.sequences[token] != 0 || words[token] < 0) continue;
    const auto word = static_cast<std::size_t>(words[token]);
    if (!labels.empty() && labels.back().word == word)
      labels.back().last_token = token;
    else
      labels.push_back({.word = word, .first_token = token, .last_token = token});
  }
  for (WordLabel& label : labels) aggregate(logits, head, aggregation, label);
  return labels;
}

std::vector<TokenPlace> token_places(std::span<const Encoding> windows) {
  std::vector<TokenPlace> places;
  std::size_t cut = 0;  // first token of the text that no earlier window provides
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const Encoding& window = windows[w];
    const bool is_last = w + 1 == windows.size();
    const auto text_tokens = static_cast<std::size_t>(std::ranges::count(window.special, std::uint8_t{0}));
    const std::size_t end = window.window_begin + text_tokens;
    const std::size_t next_cut = is_last ? end : (windows[w + 1].window_begin + end + 1) / 2;
    std::size_t position = window.window_begin;  // in the text
    for (std::size_t token = 0; token < window.size(); ++token) {
      const bool is_counted = window.special[token] ? (position == window.window_begin ? w == 0 : is_last)
                                                    : cut <= position && position < next_cut;
      if (is_counted) places.push_back({w, token});
      if (!window.special[token]) ++position;
    }
    cut = next_cut;
  }
  return places;
}

JoinedWindows join_windows(std::span<const Encoding> windows, std::span<const ConstView> logits) {
  JoinedWindows joined;
  const std::vector<TokenPlace> places = token_places(windows);
  joined.logits = Mat(places.size(), logits[0].columns);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [window, token] = places[i];
    const Encoding& from = windows[window];
    Encoding& to = joined.encoding;
    to.ids.push_back(from.ids[token]);
    to.type_ids.push_back(from.type_ids[token]);
    to.offsets.push_back(from.offsets[token]);
    to.characters.push_back(from.characters[token]);
    to.words.push_back(from.words[token]);
    to.sequences.push_back(from.sequences[token]);
    to.special.push_back(from.special[token]);
    for (std::size_t column = 0; column < joined.logits.columns(); ++column)
      joined.logits(i, column) = logits[window](token, column);
  }
  return joined;
}

EntityPrediction find_entities(ConstView logits, const Encoding& encoding, std::string_view text,
                               const HeadConfig& head, Aggregation aggregation) {
  EntityPrediction prediction;
  for (std::size_t token = 0; token < encoding.size(); ++token) {
    if (encoding.special[token]) continue;
    const ConstView row = logits.row_range(token, token + 1);
    const std::size_t index = argmax(row);
    prediction.tokens.push_back({token, head.labels[index], label_probabilities(row, head)[index]});
  }

  const auto words = word_labels(logits, encoding, labelled_words(encoding, text, aggregation), head, aggregation);
  const std::vector<std::string> labels = standard_tags(head.labels);
  std::vector<std::string> tags;
  for (const auto& word : words) tags.push_back(labels[word.index]);
  for (const Chunk& chunk : entity_chunks(tags)) {
    const WordLabel &first = words[chunk.first], &last = words[chunk.last];
    const Span characters = entity_characters(encoding, text, first.first_token, last.last_token);
    assert(characters.begin <= characters.end && characters.end <= text.size());
    if (characters.begin == characters.end) continue;
    Entity entity;
    entity.label = chunk.type;
    entity.begin = characters.begin;
    entity.end = characters.end;
    entity.first_token = first.first_token;
    entity.last_token = last.last_token;
    entity.text = text.substr(entity.begin, entity.end - entity.begin);
    for (std::size_t word = chunk.first; word <= chunk.last; ++word) entity.probability += words[word].probability;
    entity.probability /= static_cast<double>(chunk.last - chunk.first + 1);
    prediction.entities.push_back(std::move(entity));
  }
  return prediction;
}

}  // namespace limn
