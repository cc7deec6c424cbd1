#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"

namespace limn {

/// Token positions of each unit of the text, in order of sequence, then of position. Tokens that the template added
/// belong to none. @param text, pair  the original texts, for sentences and clauses.
std::vector<std::vector<std::size_t>> unit_tokens(const std::vector<Token>& tokens, std::string_view text,
                                                  std::string_view pair, Unit unit);

/// The units as tokens of the original text, with scores from the scores of their tokens.
std::vector<Word> units(const std::vector<Token>& tokens, std::string_view text, std::string_view pair, Unit unit,
                        WordScore word_score);

}  // namespace limn
