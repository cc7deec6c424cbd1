#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace limn {

/// Parses a JSON document that came from outside.
/// @param file how messages name it.
/// @throws Error, with line and column, for invalid JSON; for a key that stands twice in one object; for deep nesting.
nlohmann::json parse_json(std::string_view text, const std::string& file);

/// The same for a file. @throws Error also if it cannot be read or is larger than any such file has reason to be.
nlohmann::json read_json(const std::filesystem::path& path);

/// A value as a message shows it: printable ASCII, cut if long; "a list", "an object".
std::string shown(const nlohmann::json& value);

/// A name from outside as a message shows it: in single quotes, printable ASCII, cut if long.
std::string shown_name(std::string_view name);

}  // namespace limn
