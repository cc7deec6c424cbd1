#include "text/aligned_text.h"

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

}  // namespace limn
