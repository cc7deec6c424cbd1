#include <utf8proc.h>

#include <algorithm>
#include <string>

#include "limn/error.h"
#include "text/tokenizer.h"

namespace limn {

std::size_t count_code_points(std::string_view text) {
  const auto begins = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

void check_utf8(std::string_view text, std::string_view what) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t position = 0; position < text.size();) {
    if (bytes[position] < 0x80) {
      ++position;
      continue;
    }
    utf8proc_int32_t code = 0;
    const auto size = utf8proc_iterate(bytes + position, static_cast<utf8proc_ssize_t>(text.size() - position), &code);
    if (size <= 0) {
      throw Error({.file = std::string(what),
                   .thing = "byte " + std::to_string(position),
                   .found = "invalid UTF-8",
                   .expected = "text in UTF-8"});
    }
    position += static_cast<std::size_t>(size);
  }
}

}  // namespace limn
