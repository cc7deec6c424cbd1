#pragma once

#include "text/unicode.h"

namespace limn {

/// White space as in Python's str.split() and str.isspace(): Unicode's, and the four ASCII separators.
inline bool is_python_space(char32_t code) { return is_whitespace(code) || (code >= 0x1C && code <= 0x1F); }

}  // namespace limn
