#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "text/aligned_text.h"
#include "text/subwords.h"
#include "text/trie.h"
#include "text/vocabulary.h"

namespace limn {

/// Splits a word into the tokens whose scores (log probabilities) have the largest sum (Kudo 2018). A character without
/// a token is unknown and scores 10 less than the worst token; adjacent unknown characters become one token.
class Unigram {
 public:
  struct Options {
    std::optional<std::int32_t> unknown;
    bool byte_fallback = false;  ///< unknown characters become the tokens <0x00> to <0xFF> of their bytes
  };

  Unigram() = default;
  /// @param scores  (V) of the tokens, by id.
  Unigram(Options options, std::vector<double> scores, const Vocabulary& vocabulary);

  const Options& options() const { return options_; }

  /// Buffers reused between calls: keep one per text.
  struct Scratch {
    /// The best segmentation up to a position between two characters.
    struct Best {
      double score = 0;
      std::size_t begin = none;  ///< of its last token
      std::int32_t id = 0;
    };
    static constexpr std::size_t none = SIZE_MAX;
    std::vector<Best> best;
    std::vector<std::size_t> ends;  ///< of tokens, from the last to the first
    std::string bytes;
  };

  /// Appends the tokens of one non-empty word with word index `word`.
  /// @throws Error for an unknown character if the vocabulary has no unknown token.
  void tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word, Scratch& scratch,
                Subwords& subwords) const;

 private:
  void find_best(std::span<const Character> text, std::vector<Scratch::Best>& best) const;

  Options options_;
  Trie tokens_;
  std::vector<double> scores_;
  double unknown_score_ = 0;
  std::array<std::int32_t, 256> byte_ids_ = {};  ///< -1: no such token
};

}  // namespace limn
