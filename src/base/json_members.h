#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

/// JSON nested deeper than this is refused, wherever it comes from: printing it recurses.
constexpr std::size_t deepest_json = 100;

/// The members of a JSON object in their order, in time linear in the text's length. A string is taken as it is, null
/// is left out, and any other value is its JSON text without white space. Of a name that stands twice the last value
/// counts.
/// @throws Error, with `found` and `expected`, for anything but one object of valid JSON.
std::vector<std::pair<std::string, std::string>> json_members(std::string_view text);

}  // namespace limn
