#pragma once

#include <variant>

#include "text/bpe.h"
#include "text/unigram.h"
#include "text/wordpiece.h"

namespace limn {

/// How a word comes apart into tokens of the vocabulary.
using SubwordModel = std::variant<WordPiece, Bpe, Unigram>;

/// Memory that calls share, for whichever model it is.
struct SubwordScratch {
  WordPiece::Scratch word_subword;
  Bpe::Scratch bpe;
  Unigram::Scratch unigram;
};

/// Appends the tokens of one word (not empty) with word index `word`.
void tokenize(const SubwordModel& model, const Vocabulary& vocabulary, std::span<const Character> text,
              std::int32_t word, SubwordScratch& scratch, Subwords& subwords);

/// The id of tokens that are unknown, if there is one.
std::optional<std::int32_t> unknown_id(const SubwordModel& model);

}  // namespace limn
