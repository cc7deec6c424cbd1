#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/aligned_text.h"

namespace limn {

/// SentencePiece's precompiled normalisation: a double-array trie of keys and their zero-terminated replacements.
/// Applied as in the `tokenizers` package: to grapheme clusters of fewer than six bytes as a whole, otherwise to each
/// code point; the shortest key that is a prefix of the cluster wins.
class Charsmap {
 public:
  /// @param bytes  the trie's size in bytes (32 bits, little endian), the trie, the replacements in UTF-8.
  /// @param file, thing  the source of the bytes, for error messages.
  Charsmap(std::string_view bytes, const std::string& file, const std::string& thing);

  /// @throws Error if the result would be longer than `longest` characters.
  void apply(AlignedText& text, std::size_t longest) const;

 private:
  std::optional<std::string_view> replacement(std::string_view text) const;

  std::vector<std::uint32_t> trie_;
  std::string replacements_;
};

}  // namespace limn
