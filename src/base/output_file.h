#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace limn {

/// Writes text to a temporary file next to `path` and renames it, so that readers never see a partial file.
/// Throws Error if it cannot be written; `path` is then unchanged.
void write_file(const std::filesystem::path& path, std::string_view text);

/// Creates a new file in the folder of `path`, which the caller renames to `path`, with the mode that the process's
/// umask gives new files.
/// @param temporary receives its name. @return its descriptor, or -1 with errno set.
int create_beside(const std::filesystem::path& path, std::string& temporary);

/// Reads a (small) file. Throws Error if it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace limn
