#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/aligned_text.h"
#include "text/subwords.h"
#include "text/vocabulary.h"

namespace limn {

/// Splits a word greedily into the longest tokens of the vocabulary; a word that cannot be split is unknown.
struct WordPiece {
  std::int32_t unknown = 0;
  std::string continuing_prefix = "##";  ///< of tokens that do not begin a word
  std::size_t longest_word = 100;        ///< in characters; longer words are unknown

  /// Buffers reused between calls: keep one per text.
  struct Scratch {
    std::string bytes;                ///< of the word
    std::vector<std::size_t> begins;  ///< of each character in bytes, and the end
    std::vector<Vocabulary::Hash> hashes;
  };

  /// Appends the tokens of one non-empty word with word index `word`.
  void tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word, Scratch& scratch,
                Subwords& subwords) const;
};

}  // namespace limn
