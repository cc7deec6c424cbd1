#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/aligned_text.h"
#include "text/normalizer.h"
#include "text/vocabulary.h"

namespace limn {

/// A token that is matched in the text before anything else is done. Fields are named as in tokenizer.json.
struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool single_word = false;             ///< only matched with no word character next to it
  bool lstrip = false, rstrip = false;  ///< also takes the white space before, after it
  bool normalized = false;              ///< matched in the normalised text, not the original
  bool special = false;
};

/// Adds a token unless its content is empty.
/// @param file, thing  its source, for error messages.
/// @throws Error if the token exists already, if the vocabulary gives it another id, or if another token has its id.
void add_token(AddedToken token, const Vocabulary& vocabulary, std::vector<AddedToken>& tokens, const std::string& file,
               const std::string& thing);

/// Finds added tokens: the leftmost match first, the longest of several.
class AddedTokenFinder {
 public:
  AddedTokenFinder() = default;
  /// @param normalizer  applied to the tokens' contents; empty for tokens that are matched in the original text.
  AddedTokenFinder(std::span<const AddedToken> tokens, const Normalizer& normalizer);

  /// A part of the text: an added token, or the text between two.
  struct Part {
    CharacterRange range;
    std::optional<std::int32_t> id;
  };
  /// The parts of a text in order; none is empty.
  std::vector<Part> find(std::span<const Character> text) const;

 private:
  struct Pattern {
    std::u32string content;
    std::int32_t id;
    bool single_word, lstrip, rstrip;

    char32_t first() const { return content.front(); }
  };
  /// The pattern that a non-empty text begins with.
  const Pattern* match(std::span<const Character> text) const;

  std::vector<Pattern> patterns_;  ///< sorted by first character, then the longest first
};

}  // namespace limn
