#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn::cli {

/// A folder that holds checkpoint folders.
struct ModelPlace {
  std::filesystem::path folder;
  bool hub_cache = false;  ///< Hugging Face's cache layout: models--ORG--NAME/snapshots/COMMIT
};

struct FoundModel {
  std::string name;  ///< "NAME" or "ORG/NAME"
  std::filesystem::path folder;
};

/// Where names are looked up, first match first: beside the program and in its installation, the current folder's
/// models/, $LIMN_MODELS (folders separated by colons), the Hugging Face cache. Places that do not exist included.
std::vector<ModelPlace> model_places();

/// Every folder with a config.json in the places, one for each name, sorted by name.
std::vector<FoundModel> models_in(const std::vector<ModelPlace>& places);

/// The checkpoint folder that the user means: a path, a name, or "ORG/NAME@REVISION" in the Hugging Face cache.
/// @throws Error that says where it looked and what is there, the nearest names first.
std::filesystem::path find_model(const std::string& model, const std::vector<ModelPlace>& places);

/// The names, the most similar to `wanted` first (Levenshtein distance without case, organisations left out).
std::vector<std::string> nearest_first(std::string_view wanted, std::vector<std::string> names);

}  // namespace limn::cli
