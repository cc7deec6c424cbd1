#pragma once

#include <optional>
#include <string_view>

#include "text/encoding.h"
#include "text/sequence_layout.h"

namespace limn {

/// How RobertaProcessing and ByteLevel trim spaces from the offsets of tokens.
struct TrimOffsets {
  bool add_prefix_space = false;  ///< keeps a single space before the first token, which the tokenizer inserted

  /// The offsets of a token without its leading and trailing spaces ('Ġ' or white space), which are counted in the
  /// token.
  /// @param text   the original, which `offsets` index.
  /// @param first  whether it is the first token.
  Span trimmed(std::string_view text, std::string_view token, Span offsets, bool first) const;
};

/// Adds special tokens around the sequences and trims their offsets.
struct PostProcessor {
  SequenceLayout layout;
  std::optional<TrimOffsets> trim_offsets;
};

}  // namespace limn
