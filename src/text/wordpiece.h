#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/aligned_text.h"
#include "text/vocabulary.h"

namespace limn {

/// The pieces of one sequence, before a template is put around them. All vectors have one element per piece.
struct Pieces {
  std::vector<std::int32_t> ids;
  std::vector<Span> offsets;
  std::vector<std::int32_t> words;

  std::size_t size() const { return ids.size(); }
  void push_back(std::int32_t id, Span offset, std::int32_t word) {
    ids.push_back(id);
    offsets.push_back(offset);
    words.push_back(word);
  }
};

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
