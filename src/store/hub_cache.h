#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// The Hugging Face cache, as all tools of the hub share it:
///   models--ORG--NAME/blobs/ETAG, snapshots/COMMIT/FILE → ../../blobs/ETAG, refs/REVISION (holds the commit).

namespace limn {

/// $HF_HOME, else ~/.cache/huggingface. @return nothing if there is no home either.
std::optional<std::filesystem::path> hub_home();

/// The Hugging Face cache folder: $HF_HUB_CACHE, else $HF_HOME/hub, else ~/.cache/huggingface/hub.
/// @return nothing if there is no home either.
std::optional<std::filesystem::path> hub_cache_folder();

/// The snapshot of a revision of a cached repository: what refs/REVISION names, or a commit itself. Nothing if it is
/// not there, or has no config.json.
std::optional<std::filesystem::path> hub_snapshot(const std::filesystem::path& repository, const std::string& revision);

/// The snapshot of a cached repository: the one that refs/main names, otherwise the last written with a config.json.
std::optional<std::filesystem::path> hub_snapshot(const std::filesystem::path& repository);

/// The name of the model in a folder of the cache, "models--ORG--NAME" -> "ORG/NAME"; nothing for other folders.
std::optional<std::string> hub_name(std::string_view folder);

}  // namespace limn
