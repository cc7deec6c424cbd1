#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/aligned_text.h"

namespace limn {

/// A search pattern: a literal or a regular expression. Regular expressions are PCRE2's with Unicode classes;
/// `tokenizers` uses Oniguruma's, and the two agree on those in published files.
class Pattern {
 public:
  /// Matches exactly this text; an empty one matches nowhere.
  static Pattern literal(std::string_view text);
  /// @param file, thing  its source, for error messages.
  /// @throws Error for an invalid regular expression.
  static Pattern regex(std::string_view expression, const std::string& file, const std::string& thing);

  /// All non-overlapping matches from left to right; an empty match never touches the previous one.
  /// @throws Error if matching exceeds its limit of steps or memory.
  std::vector<CharacterRange> find(std::span<const Character> text) const;
  /// Whether it is known that no match touches a single space between two words.
  bool is_within_words() const;

 private:
  struct Code;  // a compiled expression
  std::vector<CharacterRange> find_regex(std::span<const Character> text) const;

  std::u32string literal_;
  std::shared_ptr<const Code> code_;  // null: a literal
};

}  // namespace limn
