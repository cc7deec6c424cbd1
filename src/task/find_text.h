#pragma once

#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// Returns every occurrence of `query` in `text`, including overlapping ones, in order; `ignore_case` compares
/// lower-case letters. Both must be valid UTF-8, and `query` must not be empty.
std::vector<Span> find_all(std::string_view text, std::string_view query, bool ignore_case);

/// Returns the words of `text` around the substring with the smallest edit distance from `query` (insertions, deletions
/// and replacements of code points), ignoring case. Only the beginning of a long query is compared.
std::string_view nearest(std::string_view text, std::string_view query);

}  // namespace limn
