#pragma once

namespace limn {

/// Unicode's White_Space.
constexpr bool is_whitespace(char32_t code) {
  if (code < 0x80) return code == ' ' || (code >= '\t' && code <= '\r');
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

/// White space as in Python's str.split() and str.isspace(): Unicode's, and the four ASCII separators.
constexpr bool is_python_space(char32_t code) { return is_whitespace(code) || (code >= 0x1C && code <= 0x1F); }

/// White space in ASCII; false for every byte of a longer UTF-8 sequence.
constexpr bool is_ascii_whitespace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace limn
