#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "limn/explanation.h"

namespace limn {

/// One tokenised input.
struct TokenizedInput {
  std::vector<Token> tokens;           ///< scores are 0
  std::vector<std::int32_t> type_ids;  ///< one per token
  std::size_t cut_tokens = 0;          ///< number of tokens that did not fit
};

}  // namespace limn
