#pragma once

#include <span>
#include <variant>
#include <vector>

#include "text/aligned_text.h"
#include "text/pattern.h"

namespace limn {

/// What becomes of the places at which a text is split. Named after tokenizer.json's SplitDelimiterBehavior.
enum class Delimiter { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// BERT's: white space parts words and vanishes, each punctuation character is a word.
struct BertPreTokenizer {};
/// White space parts words and vanishes.
struct WhitespacePreTokenizer {};
/// Runs of word characters and runs of others are words; white space vanishes.
struct WordPreTokenizer {};
struct PunctuationPreTokenizer {
  Delimiter delimiter = Delimiter::isolated;
};
/// Numbers are words, or each of their digits is.
struct DigitPreTokenizer {
  bool individual = false;
};
/// GPT-2's: words as its regular expression finds them; then each byte becomes a character.
struct ByteLevelPreTokenizer {
  bool add_prefix_space = true;  ///< unless there is one
  bool use_regex = true;
};
/// SentencePiece's: blanks become visible and begin words.
struct MetaspacePreTokenizer {
  enum class Prepend { always, never, first };
  char32_t replacement = 0x2581;
  Prepend prepend = Prepend::always;  ///< before a part that has none; first: only at the beginning of the text
  bool split = true;
};
struct PatternPreTokenizer {
  Pattern pattern;
  Delimiter delimiter = Delimiter::isolated;
  bool invert = false;  ///< the pattern finds what is between the delimiters
};

using PreTokenizerStep =
    std::variant<BertPreTokenizer, WhitespacePreTokenizer, WordPreTokenizer, PunctuationPreTokenizer, DigitPreTokenizer,
                 ByteLevelPreTokenizer, MetaspacePreTokenizer, PatternPreTokenizer>;
/// Applied one after the other; without any the whole text is one word.
using PreTokenizer = std::vector<PreTokenizerStep>;

/// Words of a text, none of them empty.
struct Words {
  std::span<const Character> text;
  std::vector<CharacterRange> ranges;
  AlignedText changed;  ///< the text's memory, where pre-tokenizers have changed it
};

/// The words of a (part of a) text, which must outlive them.
Words split(const PreTokenizer& pre_tokenizer, std::span<const Character> text);

}  // namespace limn
