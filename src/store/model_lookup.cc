#include "store/model_lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "base/environment.h"
#include "base/nearest_name.h"
#include "base/program.h"
#include "limn/error.h"
#include "store/checkpoint_folder.h"
#include "store/hub_cache.h"
#include "store/repository.h"

namespace limn {
namespace {

namespace fs = std::filesystem;

/// Finds "ORG/NAME@REVISION" in the Hugging Face cache.
std::optional<fs::path> find_revision(const std::string& model, const std::vector<ModelFolder>& folders) {
  if (model.find('@') == std::string::npos) return {};
  const Repository repository = parse_repository(model);
  for (const auto& models : folders) {
    if (!models.hub_cache) continue;
    if (auto found = hub_snapshot(models.folder / repository.folder(), repository.revision)) return found;
  }
  return {};
}

std::vector<FoundModel> models_in(const ModelFolder& models) {
  std::vector<FoundModel> found;
  for (const auto& folder : folders_in(models.folder)) {
    const std::string name = folder.filename().string();
    if (models.hub_cache) {
      const auto model = hub_name(name);
      if (!model) continue;
      if (const auto snapshot = hub_snapshot(folder)) found.push_back({*model, *snapshot});
    } else if (is_checkpoint(folder)) {
      found.push_back({name, folder});
    } else {
      for (const auto& inner : folders_in(folder))
        if (is_checkpoint(inner)) found.push_back({name + "/" + inner.filename().string(), inner});
    }
  }
  return found;
}

}  // namespace

std::vector<ModelFolder> model_folders() {
  std::vector<ModelFolder> folders;
  const auto add = [&](const fs::path& folder, bool hub_cache) {
    const fs::path normal = folder.lexically_normal();
    const auto same = [&](const ModelFolder& models) { return models.folder == normal; };
    if (std::none_of(folders.begin(), folders.end(), same)) folders.push_back({normal, hub_cache});
  };
  if (const auto program = program_folder()) {
    add(*program / "models", false);
    add(*program / ".." / "models", false);  // a build folder inside the project
    add(*program / ".." / "share" / "limn" / "models", false);
  }
  std::error_code error;
  const fs::path current = fs::current_path(error);
  if (!error) add(current / "models", false);
  if (const auto folders = environment("LIMN_MODELS")) {
    std::istringstream list(*folders);
    for (std::string folder; std::getline(list, folder, ':');)
      if (!folder.empty()) add(fs::absolute(folder, error), false);
  }
  if (const auto cache = hub_cache_folder()) add(*cache, true);
  return folders;
}

std::vector<FoundModel> models_in(const std::vector<ModelFolder>& folders) {
  std::map<std::string, fs::path> by_name;
  for (const auto& models : folders)
    for (auto& model : models_in(models)) by_name.try_emplace(std::move(model.name), std::move(model.folder));
  std::vector<FoundModel> found;
  for (auto& [name, folder] : by_name) found.push_back({name, folder});
  return found;
}

fs::path find_model(const std::string& model, const std::vector<ModelFolder>& folders) {
  std::error_code ignored;
  fs::path path = model;
  const bool folder_exists = !model.empty() && fs::is_directory(path, ignored);
  if (folder_exists && is_checkpoint(path)) return path;

  const std::vector<FoundModel> known = models_in(folders);
  const auto match = std::find_if(known.begin(), known.end(), [&](const FoundModel& m) { return m.name == model; });
  if (match != known.end()) return match->folder;
  if (!fs::exists(path, ignored)) {
    if (const auto revision = find_revision(model, folders)) return *revision;
  }
  if (folder_exists) return path;  // the error on loading reports what is missing
  if (fs::exists(path, ignored)) {
    throw Error({.file = model,
                 .found = "a file",
                 .expected = "a checkpoint folder (config.json, weights, tokenizer) or a model's name"});
  }
  std::vector<std::string> names, searched;
  for (const auto& m : known) names.push_back(m.name);
  for (const auto& models : folders) searched.push_back(models.folder.string());
  names = nearest_first(model, std::move(names));
  std::string expected = "a folder";
  if (!names.empty()) {
    constexpr std::size_t shown = 12;
    const auto last = names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size()));
    expected += fmt::format(", or one of {}", fmt::join(names.begin(), last, ", "));
    if (names.size() > shown) expected += fmt::format(" and {} more ('limn models' lists them)", names.size() - shown);
  }
  throw Error({.file = model.empty() ? "''" : model,
               .found = "neither a folder nor a known model",
               .expected = expected,
               .hint = fmt::format("names are looked up in {}; 'limn models pull ORG/NAME' downloads one",
                                   fmt::join(searched, ", "))});
}

}  // namespace limn
