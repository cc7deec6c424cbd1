#pragma once

#include <span>
#include <variant>
#include <vector>

#include "text/aligned_text.h"

namespace limn {

/// BERT's: white space parts words and vanishes, each punctuation character is a word.
struct BertSplitter {};
/// The whole text is one word.
struct NoSplitter {};

using Splitter = std::variant<BertSplitter, NoSplitter>;

/// The words of a (part of a) text, none of them empty.
std::vector<CharacterRange> split(const Splitter& splitter, std::span<const Character> text);

}  // namespace limn
