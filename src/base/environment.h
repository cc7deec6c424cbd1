#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace limn {

/// The value of an environment variable; nothing if it is empty or not set.
inline std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace limn
