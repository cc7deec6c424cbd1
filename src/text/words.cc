#include "text/words.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "text/aligned_text.h"
#include "text/unicode.h"
#include "text/word_break.h"

namespace limn {
namespace {

bool shows_nothing(char32_t code) { return is_python_space(code) || code == 0xFEFF; }

/// A character of a text with the marks, format characters and joiners after it (WB4 of UAX 29).
struct Element {
  std::size_t begin = 0;  ///< in characters
  WordBreak kind = WordBreak::other;
  bool is_joined = false;  ///< to the element before it, whatever the two are
};

bool is_attached(WordBreak x) { return x == WordBreak::extend || x == WordBreak::format || x == WordBreak::joiner; }

bool ends_line(WordBreak x) {
  return x == WordBreak::carriage_return || x == WordBreak::line_feed || x == WordBreak::newline;
}

/// Apostrophes and colons: no word of a tagger contains one between letters.
WordBreak word_break_of_tags(char32_t code) {
  if (code == '\'' || code == 0x2019 || code == 0xFF07) return WordBreak::mid_number;
  return code == ':' || code == 0xFF1A ? WordBreak::other : word_break(code);
}

/// Whether the sign stacks the consonant after it under the one before it (Myanmar, Khmer, Tai Tham): one character for
/// a reader, and since Unicode 16 for grapheme clusters.
bool is_stacked(char32_t sign, char32_t consonant) {
  const bool stacks = sign == 0x1039 || sign == 0x17D2 || sign == 0x1A60;
  return stacks && is_letter(consonant) && consonant / 0x100 == sign / 0x100;
}

std::vector<Element> elements_of(const AlignedText& text, WordRule rule) {
  std::vector<Element> elements;
  elements.reserve(text.size());
  WordBreak previous = WordBreak::newline;
  std::int32_t grapheme = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t code = text[i].code;
    const bool within_grapheme = i > 0 && !ends_grapheme(text[i - 1].code, code, grapheme);
    const WordBreak next = rule == WordRule::tags ? word_break_of_tags(code) : word_break(code);
    if (!is_attached(next) || ends_line(previous)) {
      const bool is_joined = within_grapheme || (i > 0 && is_stacked(text[i - 1].code, code)) ||
                             (previous == WordBreak::joiner && is_pictograph(code)) ||    // WB3, 3c
                             (previous == WordBreak::space && next == WordBreak::space);  // WB3d
      elements.push_back({i, next, is_joined});
    }
    previous = next;
  }
  return elements;
}

bool is_letter_class(WordBreak x) { return x == WordBreak::letter || x == WordBreak::hebrew_letter; }
bool is_letter_or_number(WordBreak x) { return is_letter_class(x) || x == WordBreak::number; }

bool joins_letters(WordBreak x) {
  return x == WordBreak::mid_letter || x == WordBreak::mid_number_or_letter || x == WordBreak::single_quote;
}

bool joins_numbers(WordBreak x) {
  return x == WordBreak::mid_number || x == WordBreak::mid_number_or_letter || x == WordBreak::single_quote;
}

/// WB5 to WB13 of UAX 29: whether there is no boundary between `last` and `next`.
bool keeps_together(WordBreak before_last, WordBreak last, WordBreak next, WordBreak after_next) {
  using enum WordBreak;
  const auto is_extended = [](WordBreak x) { return is_letter_or_number(x) || x == katakana || x == connector; };
  return (is_letter_or_number(last) && is_letter_or_number(next)) ||                            // WB5, 8, 9, 10
         (is_letter_class(last) && joins_letters(next) && is_letter_class(after_next)) ||       // WB6
         (is_letter_class(before_last) && joins_letters(last) && is_letter_class(next)) ||      // WB7
         (last == hebrew_letter && next == single_quote) ||                                     // WB7a
         (last == hebrew_letter && next == double_quote && after_next == hebrew_letter) ||      // WB7b
         (before_last == hebrew_letter && last == double_quote && next == hebrew_letter) ||     // WB7c
         (before_last == number && joins_numbers(last) && next == number) ||                    // WB11
         (last == number && joins_numbers(next) && after_next == number) ||                     // WB12
         (last == katakana && next == katakana) ||                                              // WB13
         (is_extended(last) && next == connector) || (last == connector && is_extended(next));  // WB13a, 13b
}

std::vector<Span> parts_of(std::string_view text, WordRule rule) {
  const AlignedText characters = align(text);
  const std::vector<Element> elements = elements_of(characters, rule);
  const auto kind = [&](std::size_t i) { return i < elements.size() ? elements[i].kind : WordBreak::other; };
  std::vector<Span> parts;
  std::size_t begin = 0, indicators = 0;  // regional indicators directly before an element
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const bool is_indicator = kind(i) == WordBreak::regional_indicator;
    const bool ends_flag = is_indicator && indicators % 2 == 1;  // WB15, 16
    indicators = is_indicator ? indicators + 1 : 0;
    if (i == 0 || elements[i].is_joined || ends_flag) continue;
    const auto is_in_word = [&](std::size_t element) {
      return is_word_character(characters[elements[element].begin].code);
    };
    if (rule == WordRule::runs && is_in_word(i - 1) && is_in_word(i)) continue;
    if (rule != WordRule::subwords && rule != WordRule::runs &&
        keeps_together(i > 1 ? kind(i - 2) : WordBreak::other, kind(i - 1), kind(i), kind(i + 1)))
      continue;
    parts.push_back(origin(part(characters, {begin, elements[i].begin})));
    begin = elements[i].begin;
  }
  if (!characters.empty()) parts.push_back(origin(part(characters, {begin, characters.size()})));
  return parts;
}

bool is_ascii_word_character(char byte) {
  const auto c = static_cast<unsigned char>(byte);
  return is_ascii(c) && is_word_character(c);
}

/// A range of the text that contains the span. At its ends are a space or line feed and a letter or digit of ASCII, or
/// an end of the text: there is a boundary whatever is on the other side.
Span between_words(std::string_view text, Span span) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n'; };
  while (span.begin > 0 && !(is_space(text[span.begin - 1]) && is_ascii_word_character(text[span.begin]))) --span.begin;
  while (span.end < text.size() && !(is_space(text[span.end]) && is_ascii_word_character(text[span.end - 1])))
    ++span.end;
  return span;
}

/// The parts of those words of the text that tokens of the sequence are in.
std::vector<Span> parts_of_tokens(const Encoding& encoding, int sequence, std::string_view text, WordRule rule) {
  Span tokens;
  for (std::size_t token = 0; token < encoding.size(); ++token)
    if (encoding.sequences[token] == sequence) tokens = joined(tokens, encoding.characters[token]);
  if (tokens.begin == tokens.end) return {};
  const Span read = between_words(text, tokens);
  std::vector<Span> parts = parts_of(text.substr(read.begin, read.end - read.begin), rule);
  for (Span& part : parts) part = {read.begin + part.begin, read.begin + part.end};
  return parts;
}

/// Numbers the words of the tokens of one sequence.
class WordCounter {
 public:
  WordCounter(std::vector<Span> parts, WordRule rule)
      : blanks_are_words_(rule == WordRule::subwords), parts_(std::move(parts)) {}

  /// Returns the index of the word of the next token. @param characters those of the token; tokens must come in the
  /// order of the text
  std::int32_t add(Span characters) {
    const bool is_blank = characters.begin == characters.end;
    const bool continues = characters.begin < reached_;
    if (!continues && !begins_blank_) ++last_;
    begins_blank_ = is_blank && !continues && !blanks_are_words_;
    if (!is_blank) reached_ = std::max(reached_, end_of_part(characters.end - 1));
    return last_;
  }

  /// The index of the last word if it consists of white space only, which no word follows.
  std::optional<std::int32_t> blank_word() const { return begins_blank_ ? std::optional(last_) : std::nullopt; }

 private:
  std::size_t end_of_part(std::size_t byte) const {
    const auto found = std::ranges::upper_bound(parts_, byte, {}, &Span::end);
    return found == parts_.end() ? byte + 1 : found->end;
  }

  bool blanks_are_words_;
  std::vector<Span> parts_;
  std::int32_t last_ = -1;
  bool begins_blank_ = false;  ///< the last word has no token yet but white space
  std::size_t reached_ = 0;    ///< the end of the last part of the last word
};

}  // namespace

std::vector<Span> word_parts(std::string_view text) { return parts_of(text, WordRule::unicode); }

std::vector<std::int32_t> word_indices(const Encoding& encoding, std::string_view text, std::string_view pair,
                                       WordRule rule) {
  std::vector<std::int32_t> words(encoding.size(), -1);
  for (const int sequence : {0, 1}) {
    const auto is_here = [&](std::size_t token) { return encoding.sequences[token] == sequence; };
    WordCounter counter(parts_of_tokens(encoding, sequence, sequence == 0 ? text : pair, rule), rule);
    for (std::size_t token = 0; token < encoding.size(); ++token)
      if (is_here(token)) words[token] = counter.add(encoding.characters[token]);
    if (const auto blank = counter.blank_word(); blank && *blank > 0)
      for (std::size_t token = 0; token < encoding.size(); ++token)
        if (is_here(token) && words[token] == *blank) --words[token];
  }
  return words;
}

Span joined(Span a, Span b) {
  if (a.begin == a.end) return b;
  if (b.begin == b.end) return a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

Span characters_of(const Encoding& encoding, std::size_t first, std::size_t last) {
  Span all = encoding.characters[first];
  for (std::size_t token = first + 1; token <= last; ++token) all = joined(all, encoding.characters[token]);
  return all;
}

void extend_to_characters(std::string_view text, std::span<Span> tokens) {
  if (std::ranges::all_of(text, [](char byte) { return static_cast<unsigned char>(byte) < 0x80; })) return;
  const std::vector<Span> parts = parts_of(text, WordRule::subwords);
  const auto part_at = [&](std::size_t byte) { return *std::ranges::upper_bound(parts, byte, {}, &Span::end); };
  for (Span& token : tokens)
    if (token.begin < token.end) token = trimmed(text, {part_at(token.begin).begin, part_at(token.end - 1).end});
}

Span trimmed(std::string_view text, Span span) {
  std::size_t begin = span.end, end = span.end;  // of what is not white space
  bool found = false;
  for (std::size_t position = span.begin; position < span.end;) {
    const std::size_t here = position;
    if (shows_nothing(next_code_point(text, position))) continue;
    if (!found) begin = here;
    found = true;
    end = position;
  }
  return {begin, end};
}

}  // namespace limn
