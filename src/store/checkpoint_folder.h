#pragma once

#include <filesystem>
#include <vector>

namespace limn {

/// Whether a folder contains a config.json.
bool is_checkpoint(const std::filesystem::path& folder);

/// Returns the folders in a folder, sorted; none if it cannot be read.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder);

}  // namespace limn
