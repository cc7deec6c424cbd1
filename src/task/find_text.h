#pragma once

#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// Returns every occurrence of `piece` in `text`, including overlapping ones, in order; `ignore_case` compares
/// lower-case letters. Both must be valid UTF-8, and `piece` must not be empty.
std::vector<Span> find_all(std::string_view text, std::string_view piece, bool ignore_case);

/// Returns the words of `text` around the substring with the smallest edit distance from `piece` (insertions, deletions
/// and replacements of code points), ignoring case. Only the beginning of a long piece is compared.
std::string_view nearest(std::string_view text, std::string_view piece);

}  // namespace limn
