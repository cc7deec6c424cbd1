#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

/// One code point of a text that may not be UTF-8.
struct DecodedCodePoint {
  std::optional<char32_t> value;  ///< nothing where the bytes are not UTF-8
  std::size_t bytes = 1;          ///< that it takes; 1 where they are not UTF-8
};

/// The code point that begins at byte `position` (< text.size()).
DecodedCodePoint decode_utf8(std::string_view text, std::size_t position);

/// The code point at byte `position` of valid UTF-8; `position` moves to the next one.
char32_t next_code_point(std::string_view text, std::size_t& position);

/// The offset of the first byte that is not valid UTF-8, or nothing.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// @param what for the message: "text". @throws Error that names the byte if text is not UTF-8.
void check_utf8(std::string_view text, std::string_view what);

void append_utf8(char32_t code, std::string& text);

/// How many code points a valid UTF-8 text has; of a text up to a byte offset: the offset in code points.
std::size_t count_code_points(std::string_view text);

}  // namespace limn
