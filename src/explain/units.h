#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"

namespace limn {

/// Returns the token positions of each unit of the text, ordered by sequence, then by position. Tokens added by the
/// post-processor belong to no unit. @param text, pair  the original texts, for sentences and clauses.
std::vector<std::vector<std::size_t>> unit_tokens(const std::vector<Token>& tokens, std::string_view text,
                                                  std::string_view pair, Unit unit);

/// Returns the units as spans of the original text, with scores combined from those of their tokens.
std::vector<Word> units(const std::vector<Token>& tokens, std::string_view text, std::string_view pair, Unit unit,
                        WordScore word_score);

}  // namespace limn
