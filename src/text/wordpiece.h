#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/aligned_text.h"
#include "text/subwords.h"
#include "text/vocabulary.h"

namespace limn {

/// Splits a word into the longest tokens of the vocabulary, from left to right; a word that cannot be split is unknown.
struct WordPiece {
  std::int32_t unknown = 0;
  std::string continuing_prefix = "##";  ///< of tokens that do not begin a word
  std::size_t longest_word = 100;        ///< in characters; longer words are unknown

  /// Memory that calls share: keep one per text.
  struct Scratch {
    std::string bytes;                ///< of the word
    std::vector<std::size_t> begins;  ///< of each character in bytes, and the end
    std::vector<Vocabulary::Hash> hashes;
  };

  /// Appends the tokens of one word (not empty) with word index `word`.
  void tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word, Scratch& scratch,
                Subwords& subwords) const;
};

}  // namespace limn
