#pragma once

#include <span>
#include <vector>

#include "text/aligned_text.h"

namespace limn {

/// GPT-2's character for a byte: the same code where that is a visible character of Latin-1, otherwise one from U+0100
/// on. 'Ġ' (U+0120) is a blank.
char32_t byte_character(unsigned char byte);

/// Appends each byte of the text in UTF-8 as a character, with the origin of the code point that it belongs to.
void append_byte_characters(std::span<const Character> text, AlignedText& result);

/// The words of GPT-2's regular expression
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// one behind the other; all characters of the text lie in one.
std::vector<CharacterRange> split_as_gpt2(std::span<const Character> text);

}  // namespace limn
