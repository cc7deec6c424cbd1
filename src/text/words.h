#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// The parts between the default word boundaries of Unicode (UAX 29): words, runs of white space, and single characters
/// such as punctuation. They cover the text, which must be valid UTF-8. Boundaries never divide a grapheme cluster.
/// In scripts without spaces between words (Han, Hiragana, Thai, Lao, Khmer, Myanmar, …) each character is a part,
/// because their words are in dictionaries only.
std::vector<Span> word_parts(std::string_view text);

/// What a word is.
enum class WordRule {
  unicode,   ///< UAX 29: "don't", "Lena's" and "12:30" are words
  tags,      ///< also divided at apostrophes and colons between letters, as the words of taggers are: "Lena", "'", "s"
  runs,      ///< letters, digits and underscores in a row, as \w+ of regular expressions finds them: "Lena", "s", "12"
  subwords,  ///< each token is a word, except that one does not end within a character
};

/// The index of each token's word within its sequence; -1 for special tokens. Words begin and end at word boundaries
/// whatever the tokenizer: tokens share a word if there is no boundary between them, and a token that reaches over
/// several parts, such as a subword of Chinese, is one word. A token of white space belongs to the next word.
/// @param text, pair  the texts of the two sequences.
std::vector<std::int32_t> word_indices(const Encoding& encoding, std::string_view text, std::string_view pair,
                                       WordRule rule);

/// The smallest span that contains both; the other if one is empty.
Span joined(Span a, Span b);

/// The characters of tokens `first` to `last` (inclusive, of one sequence), without white space at either end; empty if
/// they have no others.
Span characters_of(const Encoding& encoding, std::size_t first, std::size_t last);

/// Extends spans of tokens, except empty ones, so that they neither begin nor end within a character as a reader sees
/// it: a normalizer may have removed the accent that follows a letter. White space is trimmed again.
void extend_to_characters(std::string_view text, std::span<Span> tokens);

/// The span without white space at either end. So that no program shows a blank, this includes what only some programs
/// call white space: the separators U+001C to U+001F, and U+FEFF.
Span trimmed(std::string_view text, Span span);

}  // namespace limn
