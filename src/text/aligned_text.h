#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// A code point of a text that may have been changed since, and the bytes of the original text that it comes from.
struct Character {
  char32_t code = 0;
  std::uint32_t begin = 0, end = 0;  ///< 32 bits: half the memory; align() refuses longer texts
};

/// What every step before the model reads and writes. Characters keep the order of the original.
using AlignedText = std::vector<Character>;

/// Indices of characters, half open.
struct CharacterRange {
  std::size_t begin = 0, end = 0;

  bool empty() const { return begin == end; }
};

/// The text as it stands. It must be valid UTF-8.
/// @throws Error if it is as long as 4 GiB.
AlignedText align(std::string_view text);

/// The bytes of the original text that some (at least one) neighbouring characters come from.
inline Span origin(std::span<const Character> characters) { return {characters.front().begin, characters.back().end}; }

/// A character of a changed text, and how it comes about: 0: takes the next character's place; −n: and the n behind it
/// vanish; 1: is new, and has the origin of the character before it.
struct Change {
  char32_t code = 0;
  int change = 0;
};

/// The text that the changes make of it. Changes that want more characters than there are stay at the last one.
AlignedText changed(std::span<const Character> text, std::span<const Change> changes);

inline std::span<const Character> part(std::span<const Character> characters, CharacterRange range) {
  return characters.subspan(range.begin, range.end - range.begin);
}

}  // namespace limn
