#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// A code point of a (possibly modified) text and the bytes of the original text that it comes from.
struct Character {
  char32_t code = 0;
  std::uint32_t begin = 0, end = 0;  ///< 32 bits to halve the memory; align() refuses longer texts
};

/// The input and output of every step before the model. Characters keep the order of the original.
using AlignedText = std::vector<Character>;

/// A half-open range of character indices.
struct CharacterRange {
  std::size_t begin = 0, end = 0;

  bool empty() const { return begin == end; }
};

/// The characters of a text, which must be valid UTF-8.
/// @throws Error if it is 4 GiB or longer.
AlignedText align(std::string_view text);

/// The bytes of the original text that one or more adjacent characters come from.
inline Span origin(std::span<const Character> characters) { return {characters.front().begin, characters.back().end}; }

/// A character of a modified text and where it comes from. 0: replaces the next character; −n: replaces it and removes
/// the n after it; 1: is inserted, with the origin of the character before it.
struct Change {
  char32_t code = 0;
  int change = 0;
};

/// Applies the changes to a text. Changes beyond its end take the origin of the last character.
AlignedText changed(std::span<const Character> text, std::span<const Change> changes);

inline std::span<const Character> part(std::span<const Character> characters, CharacterRange range) {
  return characters.subspan(range.begin, range.end - range.begin);
}

/// @throws Error if a rule makes a text longer than `longest` characters.
void check_length(std::size_t length, std::size_t longest);

}  // namespace limn
