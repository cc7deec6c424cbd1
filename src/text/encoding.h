#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace limn {

/// Byte offsets into a sequence's original text, half open.
struct Span {
  std::size_t begin = 0, end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// What the model reads, and where it stands in the text. All vectors have one element per token.
struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;
  std::vector<Span> offsets;            ///< into the token's own sequence; {0, 0} for tokens that the template adds
  std::vector<std::int32_t> words;      ///< word index within the sequence; -1 for tokens that the template adds
  std::vector<std::int32_t> sequences;  ///< 0 or 1; -1 for tokens that the template adds
  std::vector<std::uint8_t> special;    ///< 1 for tokens that the template adds
  std::size_t cut_tokens = 0;           ///< tokens of the text that did not fit

  std::size_t size() const { return ids.size(); }
};

}  // namespace limn
