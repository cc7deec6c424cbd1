#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "text/aligned_text.h"
#include "text/charsmap.h"
#include "text/pattern.h"
#include "text/unicode_form.h"

namespace limn {

/// BERT's normalizer: removes control characters, turns all white space into spaces, puts spaces around ideographs,
/// strips accents, lowercases. Fields are named as in tokenizer.json.
struct BertNormalizer {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  std::optional<bool> strip_accents;  ///< nothing: same as lowercase
  bool lowercase = true;
};
struct Lowercase {};
/// Removes all marks.
struct StripAccents {};
/// Replaces every match with the content.
struct Replace {
  Pattern pattern;
  std::u32string content;
};
/// Inserts text at the beginning of a non-empty text.
struct Prepend {
  std::u32string text;
};
/// Removes leading and trailing white space.
struct Strip {
  bool left = true, right = true;
};
/// SentencePiece's "nmt" rules: removes control characters, turns unusual spaces into plain ones.
struct Nmt {};
/// Each byte of the UTF-8 becomes a character (see byte_level.h).
struct ByteCharacters {};

using NormalizerStep = std::variant<BertNormalizer, Lowercase, StripAccents, UnicodeForm, Replace, Prepend, Strip,
                                    Charsmap, Nmt, ByteCharacters>;
using Normalizer = std::vector<NormalizerStep>;  ///< applied in order

void normalize(const Normalizer& normalizer, AlignedText& text);

}  // namespace limn
