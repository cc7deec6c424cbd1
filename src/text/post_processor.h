#pragma once

#include <optional>
#include <string_view>

#include "text/encoding.h"
#include "text/sequence_layout.h"

namespace limn {

/// How RobertaProcessing and ByteLevel take blanks out of the offsets of tokens.
struct TrimOffsets {
  bool add_prefix_space = false;  ///< a single blank before the first token is not the user's, and stays

  /// The offsets of a token without the blanks ('Ġ' or white space) that it begins and ends with, counted as they stand
  /// in the token.
  /// @param text   the original, which `offsets` belong to.
  /// @param first  whether it is the first token.
  Span trimmed(std::string_view text, std::string_view subword, Span offsets, bool first) const;
};

/// What stands around the tokens, and what their offsets leave out.
struct PostProcessor {
  SequenceLayout form;
  std::optional<TrimOffsets> trim_offsets;
};

}  // namespace limn
