#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace limn {

/// A folder that holds checkpoint folders.
struct ModelFolder {
  std::filesystem::path folder;
  bool hub_cache = false;  ///< Hugging Face's cache layout: models--ORG--NAME/snapshots/COMMIT
};

struct FoundModel {
  std::string name;  ///< "NAME" or "ORG/NAME"
  std::filesystem::path folder;
};

/// Where names are looked up, first match first: beside the program and in its installation, the current folder's
/// models/, $LIMN_MODELS (folders separated by colons), the Hugging Face cache. Folders that do not exist included.
std::vector<ModelFolder> model_folders();

/// Every folder with a config.json in the folders, one for each name, sorted by name.
std::vector<FoundModel> models_in(const std::vector<ModelFolder>& folders);

/// The checkpoint folder that the user means: a path, a name, or "ORG/NAME@REVISION" in the Hugging Face cache.
/// @throws Error that says where it looked and what is there, the nearest names first.
std::filesystem::path find_model(const std::string& model, const std::vector<ModelFolder>& folders);

}  // namespace limn
