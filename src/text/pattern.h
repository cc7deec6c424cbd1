#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/aligned_text.h"

namespace limn {

/// A token of text, or a regular expression, that is looked for. Regular expressions are PCRE2's with Unicode classes;
/// `tokenizers` uses Oniguruma's, which agree where published files use them.
class Pattern {
 public:
  /// Exactly this text; an empty one is found nowhere.
  static Pattern literal(std::string_view text);
  /// @param file, thing  how messages name it.
  /// @throws Error for what is no regular expression.
  static Pattern regex(std::string_view expression, const std::string& file, const std::string& thing);

  /// All matches from left to right, none overlapping another; an empty one does not touch the one before.
  /// @throws Error if the expression would try for too long.
  std::vector<CharacterRange> find(std::span<const Character> text) const;

 private:
  struct Code;  // a compiled expression
  std::vector<CharacterRange> find_regex(std::span<const Character> text) const;

  std::u32string literal_;
  std::shared_ptr<const Code> code_;  // none: the literal
};

}  // namespace limn
