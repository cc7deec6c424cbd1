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

/// Splits a word into the tokens whose scores (log probabilities) have the largest sum (Kudo 2018). A character that is
/// no token is unknown and costs 10 more than the worst token; neighbouring unknown characters are one token.
class Unigram {
 public:
  struct Options {
    std::optional<std::int32_t> unknown;
    bool byte_fallback = false;  ///< unknown characters are the tokens <0x00> to <0xFF> of their bytes
  };

  Unigram() = default;
  /// @param scores  (V) of the tokens by their ids.
  Unigram(Options options, std::vector<double> scores, const Vocabulary& vocabulary);

  const Options& options() const { return options_; }

  /// Memory that calls share: keep one per text.
  struct Scratch {
    /// The best way to a place between two characters.
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

  /// Appends the tokens of one word (not empty) with word index `word`.
  /// @throws Error for an unknown character if the vocabulary has no unknown token.
  void tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word, Scratch& scratch,
                Subwords& subwords) const;

 private:
  void find_best(std::span<const Character> text, std::vector<Scratch::Best>& best) const;

  Options options_;
  Trie subwords_;
  std::vector<double> scores_;
  double unknown_score_ = 0;
  std::array<std::int32_t, 256> byte_ids_ = {};  ///< -1: no such token
};

}  // namespace limn
