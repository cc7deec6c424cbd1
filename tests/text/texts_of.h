#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// The parts of a text.
inline std::vector<std::string> texts_of(std::string_view text, const std::vector<Span>& parts) {
  std::vector<std::string> result;
  for (const Span& part : parts) result.emplace_back(text.substr(part.begin, part.end - part.begin));
  return result;
}

}  // namespace limn
