#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "limn/error.h"
#include "limn/options.h"

/// The values that options take by name, in the order in which messages and help list them.

namespace limn::cli {

enum class Format { terminal, json, html, svg, csv };
enum class Special { hide, show };

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
  /// @throws Error that lists the names if `given` is none of them. @param option for the message: "--reduce".
  Value find(std::string_view option, std::string_view given) const {
    for (const auto& entry : entries)
      if (entry.name == given) return entry.value;
    std::string field(option.starts_with("--") ? option.substr(2) : option);
    std::ranges::replace(field, '-', '_');
    throw Error({.field = std::move(field), .found = "'" + std::string(given) + "'", .expected = list()});
  }
};

inline const Names<std::vector<int>, 5> changed_texts{
    {{{"text", {0}}, {"question", {0}}, {"pair", {1}}, {"context", {1}}, {"both", {0, 1}}}}};
inline constexpr Names<Special, 2> specials{{{{"hide", Special::hide}, {"show", Special::show}}}};
inline constexpr Names<Format, 5> formats{{{{"terminal", Format::terminal},
                                            {"json", Format::json},
                                            {"html", Format::html},
                                            {"svg", Format::svg},
                                            {"csv", Format::csv}}}};

}  // namespace limn::cli
