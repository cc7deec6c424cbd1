#include "base/utf8.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "limn/error.h"

namespace limn {

DecodedCodePoint decode_utf8(std::string_view text, std::size_t position) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + position;
  if (*bytes < 0x80) return {.value = *bytes};
  utf8proc_int32_t code = 0;
  const auto size = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - position), &code);
  if (size <= 0) return {};
  return {.value = static_cast<char32_t>(code), .bytes = static_cast<std::size_t>(size)};
}

char32_t next_code_point(std::string_view text, std::size_t& position) {
  const DecodedCodePoint decoded = decode_utf8(text, position);
  position += decoded.bytes;
  return decoded.value.value_or(0xFFFD);
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const DecodedCodePoint decoded = decode_utf8(text, position);
    if (!decoded.value) return position;
    position += decoded.bytes;
  }
  return std::nullopt;
}

std::string invalid_byte(std::string_view text, std::size_t offset) {
  return fmt::format("byte 0x{:02X} at offset {}", static_cast<unsigned char>(text[offset]), offset);
}

void check_utf8(std::string_view text, std::string_view what) {
  const auto position = first_invalid_utf8(text);
  if (!position) return;
  throw Error({.file = std::string(what),
               .thing = "byte " + std::to_string(*position),
               .found = "invalid UTF-8",
               .expected = "text in UTF-8"});
}

void append_utf8(char32_t code, std::string& text) {
  if (code < 0x80) {
    text.push_back(static_cast<char>(code));
    return;
  }
  std::array<utf8proc_uint8_t, 4> bytes;
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

std::size_t count_code_points(std::string_view text) {
  const auto begins = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

}  // namespace limn
