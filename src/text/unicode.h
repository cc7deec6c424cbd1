#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"

/// Properties of code points as the `tokenizers` package sees them, which is not one version of Unicode: its categories
/// are those of Unicode 8, its decompositions those of Unicode 9, its lower case that of Unicode 17.

namespace limn {

inline bool is_ascii(char32_t code) { return code < 0x80; }

constexpr std::size_t utf8_size(char32_t code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }

bool is_whitespace(char32_t code);       ///< White_Space
bool is_control(char32_t code);          ///< Cc, Cf, Co, but for tab, line feed and carriage return
bool is_punctuation(char32_t code);      ///< P…, and all of ASCII that is no letter, digit, space or control
bool is_nonspacing_mark(char32_t code);  ///< Mn
bool is_mark(char32_t code);             ///< M…
bool is_word_character(char32_t code);   ///< \w of a regular expression: letters, marks, digits, connectors
bool is_letter(char32_t code);           ///< \p{L} of a regular expression
bool is_number(char32_t code);           ///< \p{N} of a regular expression
bool is_numeric(char32_t code);          ///< N…
bool is_lowercase(char32_t code);        ///< Ll
/// Ideographs that BERT reads one by one: the blocks of its original normaliser.
bool is_ideograph(char32_t code);

/// Whether a grapheme cluster (what a reader sees as one character) ends between two code points. `state` belongs to
/// the text and is 0 at its beginning.
bool ends_grapheme(char32_t before, char32_t after, std::int32_t& state);

/// Canonical_Combining_Class.
int combining_class(char32_t code);

/// At most N code points, held in place.
template <std::size_t N>
struct FewCodePoints {
  std::array<char32_t, N> codes;
  std::size_t size = 0;

  const char32_t* begin() const { return codes.data(); }
  const char32_t* end() const { return codes.data() + size; }
};
using ShortCodePoints = FewCodePoints<4>;        ///< no canonical decomposition is longer
using CompatibleCodePoints = FewCodePoints<18>;  ///< no compatible one is longer

/// The full canonical decomposition of one code point; itself if it has none.
ShortCodePoints decomposition(char32_t code);
/// The full compatible decomposition of one code point; itself if it has none.
CompatibleCodePoints compatible_decomposition(char32_t code);
/// The code point that is canonically equivalent to two, or 0.
char32_t composition(char32_t first, char32_t second);
/// The full lower-case mapping of one code point, whatever stands around it; itself if it has none.
ShortCodePoints lowercase(char32_t code);

}  // namespace limn
