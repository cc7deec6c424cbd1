#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace limn {

/// Parses an untrusted JSON document.
/// @param file the file's name in messages.
/// @throws Error for invalid JSON (with line and column), a duplicate key in an object, and nesting that is too deep.
nlohmann::json parse_json(std::string_view text, const std::string& file);

/// Reads and parses a file in the same way. @throws Error also if it cannot be read or is implausibly large.
nlohmann::json read_json(const std::filesystem::path& path);

/// A value for use in a message: printable ASCII, truncated if long; "a list" or "an object" for these types.
std::string shown(const nlohmann::json& value);

/// An untrusted name for use in a message: in single quotes, printable ASCII, truncated if long.
std::string shown_name(std::string_view name);

}  // namespace limn
