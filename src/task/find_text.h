#pragma once

#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// Every place where `piece` stands in `text`, overlapping ones too, in order; `ignore_case` compares small letters.
/// Both are valid UTF-8, piece is not empty.
std::vector<Span> find_all(std::string_view text, std::string_view piece, bool ignore_case);

/// The words of `text` around the place that `piece` can be turned into with the fewest insertions, deletions and
/// replacements of code points, regardless of case. Of long pieces only the beginning counts.
std::string_view nearest(std::string_view text, std::string_view piece);

}  // namespace limn
