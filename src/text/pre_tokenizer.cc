#include "text/pre_tokenizer.h"

#include <algorithm>
#include <utility>

#include "text/byte_level.h"
#include "text/unicode.h"

namespace limn {
namespace {

using Ranges = std::vector<CharacterRange>;

void split_as_bert(std::span<const Character> text, CharacterRange range, Ranges& words) {
  std::size_t begin = range.begin;  // of the word that is being read
  const auto end_word = [&](std::size_t end) {
    if (begin < end) words.push_back({begin, end});
    begin = end;
  };
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if (is_whitespace(text[i].code)) {
      end_word(i);
      begin = i + 1;
    } else if (is_punctuation(text[i].code)) {
      end_word(i);
      end_word(i + 1);
    }
  }
  end_word(range.end);
}

/// A part of a text and whether it is a match.
struct Found {
  CharacterRange range;
  bool matched;
};

/// The matches and the text between them.
std::vector<Found> with_gaps(const Ranges& matches, std::size_t size) {
  std::vector<Found> result;
  std::size_t end = 0;
  for (const CharacterRange& match : matches) {
    if (end < match.begin) result.push_back({{end, match.begin}, false});
    result.push_back({match, true});
    end = match.end;
  }
  if (end < size) result.push_back({{end, size}, false});
  return result;
}

/// Each character with a property is a match.
template <class Property>
std::vector<Found> find_characters(std::span<const Character> text, Property property) {
  std::vector<Found> result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool matched = property(text[i].code);
    if (!matched && !result.empty() && !result.back().matched)
      result.back().range.end = i + 1;
    else
      result.push_back({{i, i + 1}, matched});
  }
  return result;
}

/// Runs of characters of one class: word characters, spaces, others.
std::vector<Found> find_words(std::span<const Character> text) {
  std::vector<Found> result;
  const auto class_of = [](char32_t code) { return is_word_character(code) ? 2 : is_whitespace(code) ? 0 : 1; };
  int before = -1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int of = class_of(text[i].code);
    if (of == std::exchange(before, of))
      result.back().range.end = i + 1;
    else
      result.push_back({{i, i + 1}, of == 0});
  }
  return result;
}

/// Joins each match with the part before it in the direction of reading.
template <class Parts, class Join>
std::vector<Found> merge_matches(const Parts& parts, Join join) {
  std::vector<Found> result;
  bool after_match = false;
  for (const Found& part : parts) {
    if (part.matched && !after_match && !result.empty())
      join(result.back().range, part.range);
    else
      result.push_back({part.range, false});
    after_match = part.matched;
  }
  return result;
}

std::vector<Found> treat(std::vector<Found> parts, Delimiter delimiter) {
  const auto extend = [](CharacterRange& range, const CharacterRange& with) {
    range = {std::min(range.begin, with.begin), std::max(range.end, with.end)};
  };
  switch (delimiter) {
    case Delimiter::removed:
      std::erase_if(parts, [](const Found& part) { return part.matched; });
      return parts;
    case Delimiter::isolated:
      return parts;
    case Delimiter::merged_with_previous:
      return merge_matches(parts, extend);
    case Delimiter::merged_with_next: {
      std::ranges::reverse(parts);
      auto result = merge_matches(parts, extend);
      std::ranges::reverse(result);
      return result;
    }
    case Delimiter::contiguous:
      break;
  }
  std::vector<Found> result;
  bool before = false;
  for (const Found& part : parts)
    if (part.matched == std::exchange(before, part.matched) && !result.empty())
      extend(result.back().range, part.range);
    else
      result.push_back(part);
  return result;
}

/// Splits every word by `find`, which sees one word at a time.
template <class Find>
void refine(Words& words, Delimiter delimiter, Find find) {
  Ranges refined;
  for (const CharacterRange& word : words.ranges) {
    for (const Found& part : treat(find(limn::part(words.text, word)), delimiter))
      if (!part.range.empty()) refined.push_back({word.begin + part.range.begin, word.begin + part.range.end});
  }
  words.ranges = std::move(refined);
}

/// Replaces the text word by word. `append` writes to its arguments, the new text and its ranges.
template <class Append>
void rewrite(Words& words, Append append) {
  AlignedText text;
  Ranges ranges;
  text.reserve(words.text.size() + words.ranges.size());
  for (const CharacterRange& word : words.ranges) append(part(words.text, word), text, ranges);
  words.changed = std::move(text);
  words.text = words.changed;
  words.ranges = std::move(ranges);
}

struct ApplyToWords {
  Words& words;

  void operator()(BertPreTokenizer) const {
    Ranges refined;
    for (const CharacterRange& word : words.ranges) split_as_bert(words.text, word, refined);
    words.ranges = std::move(refined);
  }
  void operator()(WhitespacePreTokenizer) const {
    refine(
        words, Delimiter::removed, [](auto text) { return find_characters(text, is_whitespace); });
  }
  void operator()(WordPreTokenizer) const { refine(words, Delimiter::removed, find_words); }
  void operator()(PunctuationPreTokenizer step) const {
    refine(
        words, step.delimiter, [](auto text) { return find_characters(text, is_punctuation); });
  }
  void operator()(DigitPreTokenizer step) const {
    refine(
        words, step.individual ? Delimiter::isolated : Delimiter::contiguous,
        [](auto text) { return find_characters(text, is_numeric); });
  }
  void operator()(const PatternPreTokenizer& step) const {
    refine(
        words, step.delimiter,
        [&](auto text) {
          auto parts = with_gaps(step.pattern.find(text), text.size());
          for (Found& part : parts) part.matched ^= step.invert;
          return parts;
        });
  }
  void operator()(ByteLevelPreTokenizer step) const {
    rewrite(
        words,
        [&](std::span<const Character> word, AlignedText& text, Ranges& ranges) {
          AlignedText with_blank;
          if (step.add_prefix_space && word.front().code != ' ') {
            with_blank.reserve(word.size() + 1);
            with_blank.push_back({' ', word.front().begin, word.front().end});
            with_blank.insert(with_blank.end(), word.begin(), word.end());
            word = with_blank;
          }
          const Ranges found = step.use_regex ? split_as_gpt2(word) : Ranges{{0, word.size()}};
          for (const CharacterRange& range : found) {
            const std::size_t begin = text.size();
            append_byte_characters(part(word, range), text);
            ranges.push_back({begin, text.size()});
          }
        });
  }
  void operator()(MetaspacePreTokenizer step) const {
    rewrite(
        words,
        [&](std::span<const Character> word, AlignedText& text, Ranges& ranges) {
          const Character first = word.front();
          const bool has = first.code == ' ' || first.code == step.replacement;
          const bool wants = step.prepend == MetaspacePreTokenizer::Prepend::always ||
                             (step.prepend == MetaspacePreTokenizer::Prepend::first && first.begin == 0);
          std::size_t begin = text.size();
          if (!has && wants) text.push_back({step.replacement, first.begin, first.end});
          for (const Character& character : word) {
            const bool blank = character.code == ' ' || character.code == step.replacement;
            if (blank && step.split && begin < text.size())
              ranges.push_back({std::exchange(begin, text.size()), text.size()});
            text.push_back({blank ? step.replacement : character.code, character.begin, character.end});
          }
          ranges.push_back({begin, text.size()});
        });
  }
};

}  // namespace

Words split(const PreTokenizer& pre_tokenizer, std::span<const Character> text) {
  Words words = {text, {}, {}};
  if (!text.empty()) words.ranges.push_back({0, text.size()});
  for (const PreTokenizerStep& step : pre_tokenizer) std::visit(ApplyToWords{words}, step);
  return words;
}

}  // namespace limn
