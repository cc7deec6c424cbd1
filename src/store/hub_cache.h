#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// The Hugging Face cache, which all tools of the hub share:
///   models--ORG--NAME/blobs/ETAG, snapshots/COMMIT/FILE → ../../blobs/ETAG, refs/REVISION (holds the commit).

namespace limn {

/// Returns $HF_HOME, else ~/.cache/huggingface, or nothing if there is no home folder.
std::optional<std::filesystem::path> hub_home();

/// Returns the Hugging Face cache folder: $HF_HUB_CACHE, else $HF_HOME/hub, else ~/.cache/huggingface/hub, or nothing
/// if there is no home folder.
std::optional<std::filesystem::path> hub_cache_folder();

/// Returns the snapshot of a revision of a cached repository: the commit in refs/REVISION, or the revision itself if it
/// is a commit. Returns nothing if the snapshot does not exist or has no config.json.
std::optional<std::filesystem::path> hub_snapshot(const std::filesystem::path& repository, const std::string& revision);

/// Returns the snapshot of a cached repository: that of refs/main, otherwise the newest one with a config.json.
std::optional<std::filesystem::path> hub_snapshot(const std::filesystem::path& repository);

/// Returns the model name of a cache folder, "models--ORG--NAME" -> "ORG/NAME"; nothing for other folders.
std::optional<std::string> hub_name(std::string_view folder);

}  // namespace limn
