#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/aligned_text.h"
#include "text/flat_map.h"
#include "text/subwords.h"
#include "text/vocabulary.h"

namespace limn {

/// Byte-pair encoding: starts from the characters of a word and merges adjacent symbols by the learned rules, the
/// earliest rule first (Sennrich, Haddow & Birch 2016). Fields are named as in tokenizer.json.
class Bpe {
 public:
  struct Options {
    std::optional<std::int32_t> unknown;  ///< none: characters missing from the vocabulary are dropped
    bool fuse_unknown = false;            ///< adjacent unknown characters become one token
    bool byte_fallback = false;           ///< unknown characters become the tokens <0x00> to <0xFF> of their bytes
    bool ignore_merges = false;           ///< a word that is itself a token stays whole
    std::string continuing_prefix;        ///< of tokens that do not begin a word
    std::string end_suffix;               ///< of tokens that end a word
  };
  using Merge = std::pair<std::string, std::string>;

  Bpe() = default;
  /// @param file, thing  the source of the merges, for error messages.
  /// @throws Error if the vocabulary lacks a part or the result of a merge.
  Bpe(Options options, std::span<const Merge> merges, const Vocabulary& vocabulary, const std::string& file,
      const std::string& thing);

  const Options& options() const { return options_; }

  /// Buffers reused between calls: keep one per text.
  struct Scratch {
    struct Symbol {
      std::int32_t id;
      std::uint32_t bytes;          ///< of the word; 0: merged into the symbol before it
      std::int32_t previous, next;  ///< -1: none
    };
    struct Candidate {
      std::uint32_t rank;
      std::int32_t position, id;
    };
    std::string bytes;
    std::vector<Symbol> symbols;
    std::vector<Candidate> candidates;  ///< a heap
  };

  /// Appends the tokens of one non-empty word with word index `word`.
  void tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word, Scratch& scratch,
                Subwords& subwords) const;

 private:
  struct Rule {
    std::uint32_t rank;
    std::int32_t id;
  };
  void read_symbols(const Vocabulary& vocabulary, std::span<const Character> text, Scratch& scratch) const;
  void merge(Scratch& scratch) const;
  void add_candidate(std::int32_t position, Scratch& scratch) const;

  Options options_;
  FlatMap<Rule> rules_;                          ///< keyed by the ids of a pair
  std::array<std::int32_t, 256> byte_ids_ = {};  ///< -1: no such token
};

/// The ids of the tokens <0x00> to <0xFF>; -1 where the vocabulary has none.
std::array<std::int32_t, 256> byte_tokens(const Vocabulary& vocabulary);

}  // namespace limn
