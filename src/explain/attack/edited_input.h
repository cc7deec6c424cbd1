#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "text/encoding.h"

namespace limn {

/// One token of an input, or a whole word that took its place.
struct EditedToken {
  std::size_t origin = 0;               ///< the token's position in the original encoding
  std::optional<std::int32_t> id = {};  ///< of the word in its place
  std::string_view word = {};           ///< that word
};

/// An input with some of its tokens replaced or removed: what the model reads, and the texts that say so.
struct EditedInput {
  Encoding encoding;  ///< offsets into `input`; other indices as in the original
  Input input;
  std::vector<std::size_t> origins;  ///< (T) each token's position in the original encoding
};

/// The version that has these places, in the original's order. A replacement stands where the token stood; what stood
/// between two tokens stays, and where tokens between two words went, one of the gaps around them is left.
EditedInput edited_input(const Encoding& original, const Input& input, std::span<const EditedToken> edited_tokens);

}  // namespace limn
