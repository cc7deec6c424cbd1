#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "limn/error.h"

/// Named values of options outside the table, in the order in which messages and help texts list them.

namespace limn {

template <class Value, std::size_t N>
struct Names {
  struct Entry {
    std::string_view name;
    Value value;
  };
  std::array<Entry, N> entries;

  /// "a, b, c"
  std::string list() const {
    std::string text;
    for (const auto& entry : entries) text += (text.empty() ? "" : ", ") + std::string(entry.name);
    return text;
  }
  /// Returns the value named `given`. @param field of the error: "change".
  /// @throws Error that lists the names if the name is unknown.
  Value find(std::string_view field, std::string_view given) const {
    for (const auto& entry : entries)
      if (entry.name == given) return entry.value;
    throw Error({.field = std::string(field), .found = "'" + std::string(given) + "'", .expected = list()});
  }
};

/// AttackOptions::sequences: the texts that an attack may change.
inline const Names<std::vector<int>, 5> changed_text_names{
    {{{"text", {0}}, {"question", {0}}, {"pair", {1}}, {"context", {1}}, {"both", {0, 1}}}}};

}  // namespace limn
