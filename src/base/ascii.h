#pragma once

#include <string>
#include <string_view>

namespace limn {

/// The text with A to Z as a to z; everything else stays, whatever the locale.
inline std::string ascii_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

}  // namespace limn
