#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"
#include "text/encoding.h"
#include "text/words.h"

namespace limn {

/// Returns the token positions of each word, ordered by sequence, then by position. Tokens added by the post-processor
/// belong to no word. @param text, pair  the original texts.
std::vector<std::vector<std::size_t>> word_tokens(const Encoding& encoding, std::string_view text,
                                                  std::string_view pair, WordRule rule);

/// Returns the token positions of each unit of the text, ordered by sequence, then by position. Words are those of
/// WordRule::unicode. Tokens added by the post-processor belong to no unit.
/// @param text, pair  the original texts.
std::vector<std::vector<std::size_t>> unit_tokens(const Encoding& encoding, std::string_view text,
                                                  std::string_view pair, Unit unit);

/// Returns the units as spans of the original text, without white space at either end, with scores combined from those
/// of their tokens. @param tokens the tokens of the encoding, with their scores
std::vector<Word> units(const Encoding& encoding, const std::vector<Token>& tokens, std::string_view text,
                        std::string_view pair, Unit unit, WordScore word_score);

}  // namespace limn
