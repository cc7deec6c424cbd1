#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace limn {

/// Finds texts with the same words, or with nearly the same, in 40 bytes per text.
class NearDuplicates {
 public:
  /// Groups of texts, by the numbers that add() returned; each has at least two, ascending.
  struct Group {
    std::vector<std::size_t> texts;
    bool exact = false;  ///< all have the same words in the same order
  };

  /// Adds a text with its words. @return its number, from 0
  std::size_t add(const std::vector<std::string>& words);
  /// Largest first. Texts are near duplicates if at least 13 of 16 values of their signatures agree, which estimates
  /// that they share four fifths of the pairs of neighbouring words (MinHash, Broder 1997). Texts of fewer than six
  /// words are only compared as a whole.
  std::vector<Group> groups() const;

 private:
  static constexpr std::size_t hashes = 16, bands = 4;
  struct Text {
    std::uint64_t whole = 0;
    std::array<std::uint16_t, hashes> signature{};
    bool is_short = false;
  };
  std::vector<Text> texts_;
};

}  // namespace limn
