#pragma once

#include "text/aligned_text.h"

namespace limn {

/// One of Unicode's normal forms (UAX #15): NFD, NFC, NFKD, NFKC.
struct UnicodeForm {
  bool compatible = false;  ///< "ﬁ" becomes "fi"
  bool composed = false;
};

/// Marks that change places take the origins in the order of the original, so that origins never run backwards. What is
/// composed has the origin of its first character, as `tokenizers` has it.
void normalize(UnicodeForm form, AlignedText& text);

}  // namespace limn
