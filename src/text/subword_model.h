#pragma once

#include <variant>

#include "text/bpe.h"
#include "text/unigram.h"
#include "text/wordpiece.h"

namespace limn {

/// Splits a word into tokens of the vocabulary.
using SubwordModel = std::variant<WordPiece, Bpe, Unigram>;

/// Buffers reused between calls, for any model.
struct SubwordScratch {
  WordPiece::Scratch wordpiece;
  Bpe::Scratch bpe;
  Unigram::Scratch unigram;
};

/// Appends the tokens of one non-empty word with word index `word`.
void tokenize(const SubwordModel& model, const Vocabulary& vocabulary, std::span<const Character> text,
              std::int32_t word, SubwordScratch& scratch, Subwords& subwords);

/// The id of the unknown token, if there is one.
std::optional<std::int32_t> unknown_id(const SubwordModel& model);

}  // namespace limn
