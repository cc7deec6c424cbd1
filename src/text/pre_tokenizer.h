#pragma once

#include <span>
#include <variant>
#include <vector>

#include "text/aligned_text.h"
#include "text/pattern.h"

namespace limn {

/// What happens to the delimiters at which a text is split: tokenizer.json's SplitDelimiterBehavior.
enum class Delimiter { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// BERT's: splits at white space, which is removed; each punctuation character is a word.
struct BertPreTokenizer {};
/// Splits at white space, which is removed.
struct WhitespacePreTokenizer {};
/// Runs of word characters and runs of other characters are words; white space is removed.
struct WordPreTokenizer {};
struct PunctuationPreTokenizer {
  Delimiter delimiter = Delimiter::isolated;
};
/// Each number is a word, or each digit.
struct DigitPreTokenizer {
  bool individual = false;
};
/// GPT-2's: splits by its regular expression, then turns each byte into a character.
struct ByteLevelPreTokenizer {
  bool add_prefix_space = true;  ///< unless the text begins with one
  bool use_regex = true;
};
/// SentencePiece's: replaces spaces with a visible character, which begins a word.
struct MetaspacePreTokenizer {
  enum class Prepend { always, never, first };
  char32_t replacement = 0x2581;
  Prepend prepend = Prepend::always;  ///< to parts that do not begin with one; first: only at the beginning of the text
  bool split = true;
};
struct PatternPreTokenizer {
  Pattern pattern;
  Delimiter delimiter = Delimiter::isolated;
  bool invert = false;  ///< the pattern matches the text between the delimiters
};

using PreTokenizerStep =
    std::variant<BertPreTokenizer, WhitespacePreTokenizer, WordPreTokenizer, PunctuationPreTokenizer, DigitPreTokenizer,
                 ByteLevelPreTokenizer, MetaspacePreTokenizer, PatternPreTokenizer>;
/// Applied in order; without any, the whole text is one word.
using PreTokenizer = std::vector<PreTokenizerStep>;

/// The words of a text; none is empty.
struct Words {
  std::span<const Character> text;
  std::vector<CharacterRange> ranges;
  AlignedText changed;  ///< owns the text if pre-tokenizers modified it
};

/// The words of a text or a part of one, which must outlive them.
Words split(const PreTokenizer& pre_tokenizer, std::span<const Character> text);

}  // namespace limn
