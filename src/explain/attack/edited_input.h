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

/// One token of an input, or the whole word that replaces it.
struct EditedToken {
  std::size_t origin = 0;               ///< the token's position in the original encoding
  std::optional<std::int32_t> id = {};  ///< id of the replacing word
  std::string_view word = {};           ///< the replacing word
};

/// An input with some of its tokens replaced or removed: its encoding and the corresponding texts.
struct EditedInput {
  Encoding encoding;  ///< offsets into `input`; other indices as in the original
  Input input;
  std::vector<std::size_t> origins;  ///< (T) each token's position in the original encoding
};

/// Returns the input with these tokens, in the original's order. A replacement takes the position of the token. The
/// text between two tokens stays; where tokens between two words are removed, one of the gaps around them remains.
EditedInput edited_input(const Encoding& original, const Input& input, std::span<const EditedToken> edited_tokens);

}  // namespace limn
