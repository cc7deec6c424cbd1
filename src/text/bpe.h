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

/// Merges the neighbours of a word, characters at first, by the rules that training found, the earliest rule first
/// (Sennrich, Haddow & Birch 2016). Named after the fields of tokenizer.json.
class Bpe {
 public:
  struct Options {
    std::optional<std::int32_t> unknown;  ///< none: characters that the vocabulary does not have vanish
    bool fuse_unknown = false;            ///< neighbouring unknown characters are one token
    bool byte_fallback = false;           ///< unknown characters are the tokens <0x00> to <0xFF> of their bytes
    bool ignore_merges = false;           ///< a word that is a token stays whole
    std::string continuing_prefix;        ///< of tokens that do not begin a word
    std::string end_suffix;               ///< of tokens that end a word
  };
  using Merge = std::pair<std::string, std::string>;

  Bpe() = default;
  /// @param file, thing  how messages name the place of the merges.
  /// @throws Error for a merge whose parts or result the vocabulary does not have.
  Bpe(Options options, std::span<const Merge> merges, const Vocabulary& vocabulary, const std::string& file,
      const std::string& thing);

  const Options& options() const { return options_; }

  /// Memory that calls share: keep one per text.
  struct Scratch {
    struct Symbol {
      std::int32_t id;
      std::uint32_t bytes;          ///< of the word; 0: merged into the one before it
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

  /// Appends the tokens of one word (not empty) with word index `word`.
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
  FlatMap<Rule> rules_;                          ///< by the ids of a pair
  std::array<std::int32_t, 256> byte_ids_ = {};  ///< -1: no such token
};

/// The ids of the tokens <0x00> to <0xFF>; -1 for one that the vocabulary does not have.
std::array<std::int32_t, 256> byte_subwords(const Vocabulary& vocabulary);

}  // namespace limn
