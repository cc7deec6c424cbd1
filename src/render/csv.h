#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "limn/explanation.h"

namespace limn {

/// Comma-separated values (RFC 4180), one row a word: explanation, sequence, begin, end, text, score.
/// `begin` and `end` count Unicode code points; text is quoted where it must be and never altered.
/// @param first what to count explanations from, and @param header whether the names come first: for callers that
/// write a long file in parts.
std::string to_csv(std::span<const Explanation> explanations, std::size_t first = 0, bool header = true);

/// A text as one field, in quotes if it must be.
std::string csv_field(std::string_view text);

}  // namespace limn
