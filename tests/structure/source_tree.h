#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

/// The repository as text, for tests that read it.

namespace limn {

inline const std::filesystem::path source_tree = LIMN_SOURCE_DIR;

/// Files below a folder of the repository with one of the extensions, sorted, as paths from the repository's root.
inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                                      const std::vector<std::string_view>& extensions) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::exists(source_tree / folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_tree / folder)) {
    if (!entry.is_regular_file()) continue;
    if (std::ranges::find(extensions, entry.path().extension().string()) == extensions.end()) continue;
    files.push_back(entry.path().lexically_relative(source_tree));
  }
  std::ranges::sort(files);
  return files;
}

inline std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream stream(source_tree / file);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace limn
