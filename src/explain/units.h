#pragma once

#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"

namespace limn {

/// The units of the original text and their scores, from the scores of the tokens that lie in them. Tokens that the
/// template added belong to no unit. In order of sequence, then of begin.
/// @param text, pair  the original texts, for sentences.
std::vector<Word> units(const std::vector<Token>& tokens, std::string_view text, std::string_view pair, Unit unit, Pieces pieces);

}  // namespace limn
