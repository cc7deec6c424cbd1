#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace limn {

/// Writes text to a temporary file beside path and renames it, so that no reader ever sees half a file.
/// Throws Error if it cannot be written; then path is as it was.
void write_file(const std::filesystem::path& path, std::string_view text);

/// Creates a new file in path's folder, to be renamed to path, with the mode that the process's umask gives any new
/// file.
/// @param temporary becomes its name. @return its descriptor, or -1 with errno.
int create_beside(const std::filesystem::path& path, std::string& temporary);

/// The whole of a (small) file. Throws Error if it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace limn
