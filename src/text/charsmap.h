#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/aligned_text.h"

namespace limn {

/// SentencePiece's precompiled normalisation: a double-array trie of what is replaced, and all replacements, ended by
/// zeros. Applied as the `tokenizers` package does it: to grapheme clusters of less than six bytes as a whole,
/// otherwise to each code point; the shortest key that the cluster begins with decides.
class Charsmap {
 public:
  /// @param bytes  the trie's size in bytes (32 bits, little endian), the trie, the replacements in UTF-8.
  /// @param file, thing  how messages name it.
  Charsmap(std::string_view bytes, const std::string& file, const std::string& thing);

  void apply(AlignedText& text) const;

 private:
  std::optional<std::string_view> replacement(std::string_view text) const;

  std::vector<std::uint32_t> trie_;
  std::string replacements_;
};

}  // namespace limn
