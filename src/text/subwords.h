#pragma once

#include <cstdint>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// The tokens of one sequence, before the post-processor. All vectors have one element per token.
struct Subwords {
  std::vector<std::int32_t> ids;
  std::vector<Span> offsets;
  std::vector<std::int32_t> words;
  /// The offsets that each token has when a sequence begins with it; empty if they do not differ.
  std::vector<Span> first_offsets;
  std::vector<Span> characters;  ///< as in Encoding; set when all tokens of a part of the text are known

  std::size_t size() const { return ids.size(); }
  void push_back(std::int32_t id, Span offset, std::int32_t word) {
    ids.push_back(id);
    offsets.push_back(offset);
    words.push_back(word);
  }
};

}  // namespace limn
