#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "text/aligned_text.h"

namespace limn {

/// BERT's: removes control characters and makes every white space a blank, sets ideographs apart with blanks, strips
/// accents, lowers the case. Named after the fields of tokenizer.json.
struct BertNormalizer {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  std::optional<bool> strip_accents;  ///< nothing: as lowercase
  bool lowercase = true;
};
struct Lowercase {};
/// Canonical decomposition.
struct Nfd {};

using NormalizerStep = std::variant<BertNormalizer, Lowercase, Nfd>;
using Normalizer = std::vector<NormalizerStep>;  ///< applied one after the other

void normalize(const Normalizer& normalizer, AlignedText& text);

}  // namespace limn
