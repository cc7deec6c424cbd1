// CoNLL files from other people: sentences or an Error, and as many tags as words.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "evaluate/conll.h"
#include "limn/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const auto& sentence : limn::parse_conll({reinterpret_cast<const char*>(data), size}, "fuzzed"))
      if (sentence.words.empty() || sentence.words.size() != sentence.tags.size()) std::abort();
  } catch (const limn::Error&) {
  }
  return 0;
}
