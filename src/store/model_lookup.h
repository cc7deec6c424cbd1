#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace limn {

/// A folder that contains checkpoint folders.
struct ModelFolder {
  std::filesystem::path folder;
  bool hub_cache = false;  ///< Hugging Face's cache layout: models--ORG--NAME/snapshots/COMMIT
};

struct FoundModel {
  std::string name;  ///< "NAME" or "ORG/NAME"
  std::filesystem::path folder;
};

/// Returns the folders in which names are looked up, in order: beside the program and in its installation, the current
/// folder's models/, $LIMN_MODELS (folders separated by colons), the Hugging Face cache. Includes folders that do not
/// exist.
std::vector<ModelFolder> model_folders();

/// Returns every folder with a config.json in the folders, one per name, sorted by name.
std::vector<FoundModel> models_in(const std::vector<ModelFolder>& folders);

/// Finds a checkpoint folder by its path, its name, or "ORG/NAME@REVISION" in the Hugging Face cache.
/// @throws Error that lists the searched folders and the known models, the most similar names first.
std::filesystem::path find_model(const std::string& model, const std::vector<ModelFolder>& folders);

}  // namespace limn
