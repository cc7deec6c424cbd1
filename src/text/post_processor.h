#pragma once

#include <optional>
#include <string_view>

#include "text/encoding.h"
#include "text/template.h"

namespace limn {

/// How RobertaProcessing and ByteLevel take blanks out of the offsets of pieces.
struct TrimOffsets {
  bool add_prefix_space = false;  ///< a single blank before the first piece is not the user's, and stays

  /// The offsets of a piece without the blanks ('Ġ' or white space) that it begins and ends with, counted as they stand
  /// in the piece.
  /// @param text   the original, which `offsets` belong to.
  /// @param first  whether it is the first piece.
  Span trimmed(std::string_view text, std::string_view piece, Span offsets, bool first) const;
};

/// What stands around the pieces, and what their offsets leave out.
struct PostProcessor {
  Template form;
  std::optional<TrimOffsets> trim_offsets;
};

}  // namespace limn
