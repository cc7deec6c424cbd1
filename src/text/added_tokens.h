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

/// A token that is found in the text before everything else. Named after the fields of tokenizer.json.
struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool single_word = false;             ///< only where no word character stands next to it
  bool lstrip = false, rstrip = false;  ///< takes the white space before, after it along
  bool normalized = false;              ///< found in the normalised text rather than the original
  bool special = false;
};

/// Adds a token unless its content is empty.
/// @param file, thing  how messages name the place it comes from.
/// @throws Error if it is there already, or its id is not the one that the vocabulary has for it, or another's.
void add_token(AddedToken token, const Vocabulary& vocabulary, std::vector<AddedToken>& tokens, const std::string& file,
               const std::string& thing);

/// Finds added tokens, the leftmost first and of those the longest.
class AddedTokenFinder {
 public:
  AddedTokenFinder() = default;
  /// @param normalizer  applied to the tokens' contents; none for tokens that are found in the original text.
  AddedTokenFinder(std::span<const AddedToken> tokens, const Normalizer& normalizer);

  /// A part of the text: an added token, or what stands between them.
  struct Part {
    CharacterRange range;
    std::optional<std::int32_t> id;
  };
  /// The parts of a text, none of them empty, in order.
  std::vector<Part> find(std::span<const Character> text) const;

 private:
  struct Pattern {
    std::u32string content;
    std::int32_t id;
    bool single_word, lstrip, rstrip;

    char32_t first() const { return content.front(); }
  };
  /// The pattern that a text (not empty) begins with.
  const Pattern* match(std::span<const Character> text) const;

  std::vector<Pattern> patterns_;  ///< by their first characters; of those with the same one, the longest first
};

}  // namespace limn
