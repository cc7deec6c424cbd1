#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "base/white_space.h"

/// Properties of code points as in the `tokenizers` package, which mixes versions of Unicode: categories are those of
/// Unicode 8, decompositions those of Unicode 9, lower case that of Unicode 17.

namespace limn {

inline bool is_ascii(char32_t code) { return code < 0x80; }

constexpr std::size_t utf8_size(char32_t code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }

bool is_control(char32_t code);          ///< Cc, Cf, Co, except tab, line feed and carriage return
bool is_punctuation(char32_t code);      ///< P…, and all of ASCII except letters, digits, space and controls
bool is_nonspacing_mark(char32_t code);  ///< Mn
bool is_mark(char32_t code);             ///< M…
bool is_word_character(char32_t code);   ///< \w of a regular expression: letters, marks, digits, connectors
bool is_letter(char32_t code);           ///< \p{L} of a regular expression
bool is_number(char32_t code);           ///< \p{N} of a regular expression
bool is_numeric(char32_t code);          ///< N…
bool is_lowercase(char32_t code);        ///< Ll
/// Ideographs that BERT splits into single characters: the blocks in its original normalizer.
inline bool is_one_of(std::u32string_view set, char32_t code) { return set.find(code) != set.npos; }
bool is_ideograph(char32_t code);

/// Whether a grapheme cluster (a character as a reader sees it) ends between two code points. `state` is kept per text
/// and starts at 0.
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
using CompatibleCodePoints = FewCodePoints<18>;  ///< no compatibility decomposition is longer

/// The full canonical decomposition of a code point; itself if it has none.
ShortCodePoints decomposition(char32_t code);
/// The full compatibility decomposition of a code point; itself if it has none.
CompatibleCodePoints compatible_decomposition(char32_t code);
/// The canonical composition of two code points, or 0.
char32_t composition(char32_t first, char32_t second);
/// The full, context-free lower-case mapping of a code point; itself if it has none.
ShortCodePoints lowercase(char32_t code);

}  // namespace limn
