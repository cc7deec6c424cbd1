#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

/// Small changes of a text that keep its meaning.
enum class TextChange {
  letter_case,  ///< ASCII letters in the other case
  punctuation,  ///< a full stop is added, or the last one removed
  white_space,  ///< blanks are doubled
  typos         ///< two neighbouring letters within one word of at least four letters change places
};

/// "case", "punctuation", "white space", "typos".
std::string_view name_of(TextChange change);

/// Returns the changed text; nothing if there is nothing to change. @param text valid UTF-8. @param seed of the typo
std::optional<std::string> changed_text(std::string_view text, TextChange change, std::uint64_t seed);

}  // namespace limn
