#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

/// The folder of the files that a fuzzer writes before limn reads them.

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// A folder of this process, which is removed when it ends.
inline const std::filesystem::path& folder() {
  static const std::filesystem::path path = [] {
    auto result = std::filesystem::temp_directory_path() / ("limn-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(result);
    std::atexit([] { std::filesystem::remove_all(folder()); });
    return result;
  }();
  return path;
}

/// Cuts the text up to the next byte 0xFF, which UTF-8 never has, from `rest`.
inline std::string_view next_part(std::string_view& rest) {
  const std::size_t end = rest.find('\xFF');
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return part;
}
