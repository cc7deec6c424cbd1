#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

/// One code point of a text that may be invalid UTF-8.
struct DecodedCodePoint {
  std::optional<char32_t> value;  ///< nothing if the bytes are invalid
  std::size_t bytes = 1;          ///< its length in bytes; 1 if they are invalid
};

/// Decodes the code point at byte `position` (< text.size()).
DecodedCodePoint decode_utf8(std::string_view text, std::size_t position);

/// Returns the code point at byte `position` of valid UTF-8, and advances `position` to the next one.
char32_t next_code_point(std::string_view text, std::size_t& position);

/// The offset of the first byte that is not valid UTF-8, or nothing.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// What is wrong at the offset of an invalid byte, for messages: "byte 0xE9 at offset 3".
std::string invalid_byte(std::string_view text, std::size_t offset);

/// How to convert the usual files that are not UTF-8.
inline constexpr const char* conversion_hint =
    "a file in Latin-1 or Windows-1252 must be converted: iconv -f WINDOWS-1252 -t UTF-8";

/// @throws Error with the position of the first invalid byte if the text is not UTF-8. @param what the text's name in
/// the message, for example "text".
void check_utf8(std::string_view text, std::string_view what);

void append_utf8(char32_t code, std::string& text);

/// The number of code points of a valid UTF-8 text. For the text before a byte offset, this is the offset in code
/// points.
std::size_t count_code_points(std::string_view text);

}  // namespace limn
