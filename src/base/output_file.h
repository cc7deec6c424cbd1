#pragma once

#include <cstddef>
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

/// Writes all bytes, also if a signal interrupts. @return 0, or errno.
int write_all(int descriptor, std::string_view text);

/// A file that is open for reading; the owner closes it.
struct RegularFile {
  int descriptor = -1;
  std::size_t bytes = 0;
};

/// Opens a file for reading without waiting: a pipe without a writer would block forever.
/// @throws Error if it cannot be opened or is not a regular file.
RegularFile open_regular_file(const std::filesystem::path& path);

/// Reads a (small) regular file. Throws Error if it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace limn
