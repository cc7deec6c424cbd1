#include "text/post_processor.h"

#include <algorithm>

#include "text/byte_level.h"
#include "text/unicode.h"

namespace limn {
namespace {

bool is_blank(char32_t code) { return is_whitespace(code) || code == byte_character(' '); }

/// The byte offset `count` code points after `position`, at most `last`.
std::size_t forwards(std::string_view text, std::size_t position, std::size_t count, std::size_t last) {
  while (count > 0 && position < last) {
    next_code_point(text, position);
    --count;
  }
  return std::min(position, last);
}

/// The byte offset `count` code points before `position`; `position` if there are fewer, and never below `first`.
std::size_t backwards(std::string_view text, std::size_t position, std::size_t count, std::size_t first) {
  std::size_t result = position;
  for (; count > 0 && result > 0; --count) do {
      --result;
    } while (result > 0 && (static_cast<unsigned char>(text[result]) & 0xC0) == 0x80);
  return count > 0 ? position : std::max(result, first);
}

}  // namespace

Span TrimOffsets::trimmed(std::string_view text, std::string_view token, Span offsets, bool first) const {
  std::size_t leading = 0, trailing = 0;  // spaces; a token of only spaces counts them as both
  bool only_blanks = true;
  for (std::size_t position = 0; position < token.size();) {
    const bool blank = is_blank(next_code_point(token, position));
    only_blanks &= blank;
    leading += only_blanks;
    trailing = blank ? trailing + 1 : 0;
  }
  if (leading > 0) {
    if (leading == 1 && add_prefix_space && (first || offsets.begin == 0)) leading = 0;
    offsets.begin = forwards(text, offsets.begin, leading, offsets.end);
  }
  if (trailing > 0) offsets.end = backwards(text, offsets.end, trailing, offsets.begin);
  return offsets;
}

}  // namespace limn
