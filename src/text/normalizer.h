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

/// BERT's: removes control characters and makes every white space a blank, sets ideographs apart with blanks, strips
/// accents, lowers the case. Named after the fields of tokenizer.json.
struct BertNormalizer {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  std::optional<bool> strip_accents;  ///< nothing: as lowercase
  bool lowercase = true;
};
struct Lowercase {};
/// Removes all marks.
struct StripAccents {};
/// Puts the content in the place of every match.
struct Replace {
  Pattern pattern;
  std::u32string content;
};
/// Puts text before what is not empty.
struct Prepend {
  std::u32string text;
};
/// Removes white space at the ends.
struct Strip {
  bool left = true, right = true;
};
/// SentencePiece's rules of "nmt": controls vanish, odd spaces become blanks.
struct Nmt {};
/// Each byte of the UTF-8 becomes a character (see byte_level.h).
struct ByteCharacters {};

using NormalizerStep = std::variant<BertNormalizer, Lowercase, StripAccents, UnicodeForm, Replace, Prepend, Strip,
                                    Charsmap, Nmt, ByteCharacters>;
using Normalizer = std::vector<NormalizerStep>;  ///< applied one after the other

void normalize(const Normalizer& normalizer, AlignedText& text);

}  // namespace limn
