#pragma once

#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// The sentences of a text in valid UTF-8, without white space around them; every other character is in exactly one.
/// Sentences end at line breaks, after . ! ? … if white space follows, and after 。！？; closing quotes and brackets
/// belong to the sentence. Abbreviations ("Dr.", "U.S.", "e.g.", "No. 5"), initials and dots before a lower-case word
/// do not end a sentence.
std::vector<Span> sentences(std::string_view text);

}  // namespace limn
