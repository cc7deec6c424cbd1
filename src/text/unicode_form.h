#pragma once

#include "text/aligned_text.h"

namespace limn {

/// One of Unicode's normal forms (UAX #15): NFD, NFC, NFKD, NFKC.
struct UnicodeForm {
  bool compatible = false;  ///< "ﬁ" becomes "fi"
  bool composed = false;
};

/// Origins never run backwards: marks that are reordered take them in the order of the original. A composed character
/// has the origin of its first character, as in `tokenizers`.
void normalize(UnicodeForm form, AlignedText& text);

}  // namespace limn
