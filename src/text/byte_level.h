#pragma once

#include <span>
#include <vector>

#include "text/aligned_text.h"

namespace limn {

/// GPT-2's character for a byte: the same code point if that is a visible Latin-1 character, otherwise one from U+0100
/// upwards. 'Ġ' (U+0120) stands for a space.
char32_t byte_character(unsigned char byte);

/// Appends each byte of the text's UTF-8 as a character with the origin of its code point.
void append_byte_characters(std::span<const Character> text, AlignedText& result);

/// The matches of GPT-2's regular expression
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// in order; together they cover the text.
std::vector<CharacterRange> split_as_gpt2(std::span<const Character> text);

}  // namespace limn
