#pragma once

#include <cstdint>

namespace limn {

/// Unicode's property Word_Break (UAX 29, table 3), by which texts are divided into words.
enum class WordBreak : std::uint8_t {
  other,
  carriage_return,
  line_feed,
  newline,
  extend,  ///< marks, which belong to the character before them
  joiner,  ///< U+200D
  format,
  regional_indicator,  ///< two of them are a flag
  katakana,
  hebrew_letter,
  letter,  ///< ALetter: of scripts with spaces between words
  single_quote,
  double_quote,
  mid_number_or_letter,  ///< joins two letters or two numbers if it stands between them, as the full stop does
  mid_letter,
  mid_number,
  number,
  connector,  ///< ExtendNumLet, such as the underscore
  space,      ///< WSegSpace
};

/// From the categories of utf8proc and the few lists of UAX 29 that categories do not cover.
WordBreak word_break(char32_t code);

/// Extended_Pictographic: emoji, which U+200D joins.
bool is_pictograph(char32_t code);

}  // namespace limn
