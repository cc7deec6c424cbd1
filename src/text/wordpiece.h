#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/aligned_text.h"
#include "text/pieces.h"
#include "text/vocabulary.h"

namespace limn {

/// Splits a word into the longest pieces of the vocabulary, from left to right; a word that cannot be split is unknown.
struct WordPiece {
  std::int32_t unknown = 0;
  std::string continuing_prefix = "##";  ///< of pieces that do not begin a word
  std::size_t longest_word = 100;        ///< in characters; longer words are unknown

  /// Memory that calls share: keep one per text.
  struct Scratch {
    std::string bytes;                ///< of the word
    std::vector<std::size_t> begins;  ///< of each character in bytes, and the end
    std::vector<Vocabulary::Hash> hashes;
  };

  /// Appends the pieces of one word (not empty) with word index `word`.
  void tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word, Scratch& scratch,
                Pieces& pieces) const;
};

}  // namespace limn
