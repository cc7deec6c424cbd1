#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "text/aligned_text.h"
#include "text/pieces.h"
#include "text/trie.h"
#include "text/vocabulary.h"

namespace limn {

/// Splits a word into the pieces whose scores (log probabilities) have the largest sum (Kudo 2018). A character that is
/// no piece is unknown and costs 10 more than the worst piece; neighbouring unknown characters are one piece.
class Unigram {
 public:
  struct Options {
    std::optional<std::int32_t> unknown;
    bool byte_fallback = false;  ///< unknown characters are the pieces <0x00> to <0xFF> of their bytes
  };

  Unigram() = default;
  /// @param scores  (V) of the pieces by their ids.
  Unigram(Options options, std::vector<double> scores, const Vocabulary& vocabulary);

  const Options& options() const { return options_; }

  /// Memory that calls share: keep one per text.
  struct Scratch {
    /// The best way to a place between two characters.
    struct Best {
      double score = 0;
      std::size_t begin = none;  ///< of its last piece
      std::int32_t id = 0;
    };
    static constexpr std::size_t none = SIZE_MAX;
    std::vector<Best> best;
    std::vector<std::size_t> ends;  ///< of pieces, from the last to the first
    std::string bytes;
  };

  /// Appends the pieces of one word (not empty) with word index `word`.
  /// @throws Error for an unknown character if the vocabulary has no unknown piece.
  void tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word, Scratch& scratch,
                Pieces& pieces) const;

 private:
  void find_best(std::span<const Character> text, std::vector<Scratch::Best>& best) const;

  Options options_;
  Trie pieces_;
  std::vector<double> scores_;
  double unknown_score_ = 0;
  std::array<std::int32_t, 256> byte_ids_ = {};  ///< -1: no such piece
};

}  // namespace limn
