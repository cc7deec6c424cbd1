#pragma once

#include <cstdint>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// The tokens of one sequence, before a template is put around them. All vectors have one element per token.
struct Subwords {
  std::vector<std::int32_t> ids;
  std::vector<Span> offsets;
  std::vector<std::int32_t> words;
  /// The offsets of a token that is the first of those that are shown; empty if they are the same.
  std::vector<Span> first_offsets;

  std::size_t size() const { return ids.size(); }
  void push_back(std::int32_t id, Span offset, std::int32_t word) {
    ids.push_back(id);
    offsets.push_back(offset);
    words.push_back(word);
  }
};

}  // namespace limn
