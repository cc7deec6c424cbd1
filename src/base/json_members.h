#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

/// JSON nested deeper than this is refused from any source, since printing it recurses.
constexpr std::size_t deepest_json = 100;

/// The members of a JSON object in order, in time linear in the length of the text. A string is decoded, null is
/// omitted, and any other value is given as its JSON text without white space. The last value of a duplicate name
/// counts.
/// @param strings receives the names of the members that are strings; may be null.
/// @throws Error, with `found`, `expected` and `hint`, unless the text is one object of valid JSON.
std::vector<std::pair<std::string, std::string>> json_members(std::string_view text,
                                                              std::set<std::string>* strings = nullptr);

}  // namespace limn
