#include "text/aligned_text.h"

#include <algorithm>
#include <limits>
#include <string>

#include "limn/error.h"
#include "text/unicode.h"

namespace limn {

AlignedText align(std::string_view text) {
  constexpr std::size_t longest = std::numeric_limits<std::uint32_t>::max();
  if (text.size() > longest) {
    throw Error({.thing = "text",
                 .found = std::to_string(text.size()) + " bytes",
                 .expected = "at most " + std::to_string(longest) + " bytes"});
  }
  AlignedText result;
  result.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const auto begin = static_cast<std::uint32_t>(position);
    const char32_t code = next_code_point(text, position);
    result.push_back({code, begin, static_cast<std::uint32_t>(position)});
  }
  return result;
}

AlignedText changed(std::span<const Character> text, std::span<const Change> changes) {
  AlignedText result;
  result.reserve(changes.size());
  std::size_t next = 0;  // character of the old text
  for (const Change& change : changes) {
    Character from = {0, 0, 0};
    if (change.change > 0) {
      if (next > 0)
        from = text[next - 1];
      else if (!text.empty())
        from = {0, text[0].begin, text[0].begin};
    } else if (!text.empty()) {
      from = text[std::min(next, text.size() - 1)];
      next = std::min(next + 1 + static_cast<std::size_t>(-change.change), text.size());
    }
    result.push_back({change.code, from.begin, from.end});
  }
  return result;
}

void check_length(std::size_t length, std::size_t longest) {
  if (length <= longest) return;
  throw Error({.thing = "normalizer",
               .found = "a rule that lengthens the text to " + std::to_string(length) + " characters",
               .expected = "at most " + std::to_string(longest)});
}

}  // namespace limn
