#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// How large passages may be.
struct PassageLimits {
  std::size_t words = 200;
  std::size_t tokens = 0;  ///< 0: only words count
  std::function<std::size_t(std::string_view text)> count_tokens = {};
};

/// Splits a text into passages of whole sentences, as many as fit; a sentence that does not fit alone is split between
/// words. Every character but white space is in exactly one passage. @return byte offsets
std::vector<Span> passages(std::string_view text, const PassageLimits& limits);

}  // namespace limn
