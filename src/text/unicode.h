#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// Properties of code points as the `tokenizers` package sees them, which is not one version of Unicode: its categories
/// are those of Unicode 8, its decompositions those of Unicode 9, its lower case that of Unicode 17.

namespace limn {

inline bool is_ascii(char32_t code) { return code < 0x80; }

/// The code point that begins at `position`, which moves behind it. The text must be valid UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& position);
void append_utf8(char32_t code, std::string& text);

bool is_whitespace(char32_t code);       ///< White_Space
bool is_control(char32_t code);          ///< Cc, Cf, Co, but for tab, line feed and carriage return
bool is_punctuation(char32_t code);      ///< P…, and all of ASCII that is no letter, digit, space or control
bool is_nonspacing_mark(char32_t code);  ///< Mn
bool is_word_character(char32_t code);   ///< \w of a regular expression: letters, marks, digits, connectors
bool is_lowercase(char32_t code);        ///< Ll
/// Ideographs that BERT reads one by one: the blocks of its original normaliser.
bool is_ideograph(char32_t code);

/// Canonical_Combining_Class.
int combining_class(char32_t code);

/// A few code points, held in place.
struct CodePoints {
  std::array<char32_t, 4> codes;
  std::size_t size = 0;

  const char32_t* begin() const { return codes.data(); }
  const char32_t* end() const { return codes.data() + size; }
};

/// The full canonical decomposition of one code point; itself if it has none.
CodePoints decomposition(char32_t code);
/// The full lower-case mapping of one code point, whatever stands around it; itself if it has none.
CodePoints lowercase(char32_t code);

}  // namespace limn
