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

/// The tokens of a window whose logits count. @param next_begin window_begin of the next window @param cut first token
/// of the text that no earlier window provides; becomes that of the next window
std::vector<std::size_t> counted_tokens(const Encoding& window, bool is_first, bool is_last, std::size_t next_begin,
                                        std::size_t& cut) {
  std::vector<std::size_t> tokens;
  const auto text_tokens = static_cast<std::size_t>(std::ranges::count(window.special, std::uint8_t{0}));
  const std::size_t end = window.window_begin + text_tokens;
  const std::size_t next_cut = is_last ? end : (next_begin + end + 1) / 2;
  std::size_t position = window.window_begin;  // in the text
  for (std::size_t token = 0; token < window.size(); ++token) {
    const bool is_counted = window.special[token] ? (position == window.window_begin ? is_first : is_last)
                                                  : cut <= position && position < next_cut;
    if (is_counted) tokens.push_back(token);
    if (!window.special[token]) ++position;
  }
  cut = next_cut;
  return tokens;
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
  std::size_t cut = 0;
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const bool is_last = w + 1 == windows.size();
    for (const std::size_t token :
         counted_tokens(windows[w], w == 0, is_last, is_last ? 0 : windows[w + 1].window_begin, cut))
      places.push_back({w, token});
  }
  return places;
}

void WindowJoiner::append(bool is_last, std::size_t next_begin) {
  for (const std::size_t token : counted_tokens(window_, windows_ == 1, is_last, next_begin, cut_)) {
    encoding_.ids.push_back(window_.ids[token]);
    encoding_.type_ids.push_back(window_.type_ids[token]);
    encoding_.offsets.push_back(window_.offsets[token]);
    encoding_.characters.push_back(window_.characters[token]);
    encoding_.words.push_back(window_.words[token]);
    encoding_.sequences.push_back(window_.sequences[token]);
    encoding_.special.push_back(window_.special[token]);
    const auto row = window_logits_.view().row_span(token);
    logits_.insert(logits_.end(), row.begin(), row.end());
  }
}

void WindowJoiner::take(const Encoding& window, ConstView logits) {
  if (windows_ > 0) append(false, window.window_begin);
  ++windows_;
  window_ = window;
  window_logits_ = copy(logits);
  columns_ = logits.columns;
}

JoinedWindows WindowJoiner::joined() {
  append(true, 0);
  JoinedWindows joined{.encoding = std::move(encoding_), .logits = Mat(logits_.size() / columns_, columns_)};
  std::ranges::copy(logits_, joined.logits.row(0));
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
