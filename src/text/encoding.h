#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace limn {

/// A half-open range of byte offsets into a sequence's original text.
struct Span {
  std::size_t begin = 0, end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// The model's input tokens and their positions in the text. All vectors have one element per token.
struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;
  std::vector<Span> offsets;  ///< into the token's own sequence; {0, 0} for special tokens
  /// What a reader sees of the token: its characters without white space at either end. Unlike offsets, which are those
  /// of `tokenizers`, they do not lack a character for a blank that the pre-tokenizer inserted. Empty for special
  /// tokens and for tokens of white space.
  std::vector<Span> characters;
  std::vector<std::int32_t> words;      ///< the tokenizer's word index within the sequence; -1 for special tokens
  std::vector<std::int32_t> sequences;  ///< 0 or 1; -1 for special tokens
  std::vector<std::uint8_t> special;    ///< 1 for special tokens, which the post-processor adds
  std::size_t cut_tokens = 0;           ///< tokens of the text that were truncated
  /// A window: how many tokens of the text, or of a pair's second sequence, precede the window's first one.
  std::size_t window_begin = 0;
  /// A window: its share of that text, as WindowReader::share() gives it.
  double share = 1;
  std::size_t unpooled = 0;  ///< tokens at the beginning that the pooling of an embedding leaves out

  std::size_t size() const { return ids.size(); }
};

}  // namespace limn
