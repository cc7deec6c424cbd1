#pragma once

#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// The sentences of a text in valid UTF-8, without white space around them; all other characters lie in exactly one.
/// Sentences end at line breaks and behind . ! ? … (white space must follow) and 。！？, with the quotes and brackets
/// that close there. The dots of abbreviations ("Dr.", "U.S.", "e.g.", "No. 5") and initials are no ends, nor is a dot
/// before a word in lower case.
std::vector<Span> sentences(std::string_view text);

}  // namespace limn
