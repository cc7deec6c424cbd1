#include "apps/cli/model_lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>
#include <utility>

#include "apps/hub/cache.h"
#include "apps/hub/repository.h"
#include "base/output_file.h"
#include "limn/error.h"

namespace limn::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view hub_prefix = "models--";

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

bool is_checkpoint(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "config.json", ignored);
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The snapshot of a revision: what refs/REVISION names, or a commit itself.
std::optional<fs::path> hub_snapshot(const fs::path& repository, const std::string& revision) {
  std::error_code ignored;
  std::string commit = revision;
  if (const fs::path ref = repository / "refs" / revision; fs::is_regular_file(ref, ignored)) {
    commit = read_file(ref);
    commit.erase(std::find_if(commit.begin(), commit.end(), [](char c) { return c == '\n' || c == '\r'; }),
                 commit.end());
  }
  const bool inside = !commit.empty() && commit.find('/') == std::string::npos && commit.front() != '.';
  if (inside && is_checkpoint(repository / "snapshots" / commit)) return repository / "snapshots" / commit;
  return {};
}

/// The snapshot of a cached repository: the one that refs/main names, otherwise the last written with a config.
std::optional<fs::path> hub_snapshot(const fs::path& repository) {
  if (const auto main = hub_snapshot(repository, "main")) return main;
  std::error_code ignored;
  std::optional<fs::path> last;
  for (const auto& snapshot : folders_in(repository / "snapshots")) {
    if (!is_checkpoint(snapshot)) continue;
    if (!last || fs::last_write_time(snapshot, ignored) > fs::last_write_time(*last, ignored)) last = snapshot;
  }
  return last;
}

/// "ORG/NAME@REVISION" in the Hugging Face cache.
std::optional<fs::path> find_revision(const std::string& model, const std::vector<ModelPlace>& places) {
  if (model.find('@') == std::string::npos) return {};
  const hub::Repository repository = hub::parse_repository(model);
  for (const auto& place : places) {
    if (!place.hub_cache) continue;
    if (auto found = hub_snapshot(place.folder / repository.folder(), repository.revision)) return found;
  }
  return {};
}

/// "models--ORG--NAME" -> "ORG/NAME".
std::string hub_name(std::string_view folder) {
  std::string name(folder.substr(hub_prefix.size()));
  const auto dashes = name.find("--");
  return dashes == std::string::npos ? name : name.substr(0, dashes) + "/" + name.substr(dashes + 2);
}

std::vector<FoundModel> models_in(const ModelPlace& place) {
  std::vector<FoundModel> found;
  for (const auto& folder : folders_in(place.folder)) {
    const std::string name = folder.filename().string();
    if (place.hub_cache) {
      if (!name.starts_with(hub_prefix)) continue;
      if (const auto snapshot = hub_snapshot(folder)) found.push_back({hub_name(name), *snapshot});
    } else if (is_checkpoint(folder)) {
      found.push_back({name, folder});
    } else {
      for (const auto& inner : folders_in(folder))
        if (is_checkpoint(inner)) found.push_back({name + "/" + inner.filename().string(), inner});
    }
  }
  return found;
}

std::string comparable(std::string_view name) {
  std::string text(name.substr(name.rfind('/') + 1));  // npos + 1 is 0
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::size_t levenshtein(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({change, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::vector<ModelPlace> model_places() {
  std::vector<ModelPlace> places;
  const auto add = [&](const fs::path& folder, bool hub_cache) {
    const fs::path normal = folder.lexically_normal();
    const auto same = [&](const ModelPlace& place) { return place.folder == normal; };
    if (std::none_of(places.begin(), places.end(), same)) places.push_back({normal, hub_cache});
  };
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (!error) {
    add(program / "models", false);
    add(program / ".." / "models", false);  // a build folder inside the project
    add(program / ".." / "share" / "limn" / "models", false);
  }
  const fs::path current = fs::current_path(error);
  if (!error) add(current / "models", false);
  if (const auto folders = environment("LIMN_MODELS")) {
    std::istringstream list(*folders);
    for (std::string folder; std::getline(list, folder, ':');)
      if (!folder.empty()) add(fs::absolute(folder, error), false);
  }
  if (const auto cache = hub::cache_folder()) add(*cache, true);
  return places;
}

std::vector<FoundModel> models_in(const std::vector<ModelPlace>& places) {
  std::map<std::string, fs::path> by_name;
  for (const auto& place : places)
    for (auto& model : models_in(place)) by_name.try_emplace(std::move(model.name), std::move(model.folder));
  std::vector<FoundModel> found;
  for (auto& [name, folder] : by_name) found.push_back({name, folder});
  return found;
}

fs::path find_model(const std::string& model, const std::vector<ModelPlace>& places) {
  std::error_code ignored;
  const fs::path path = model;
  const bool folder_exists = !model.empty() && fs::is_directory(path, ignored);
  if (folder_exists && is_checkpoint(path)) return path;

  const std::vector<FoundModel> known = models_in(places);
  const auto match = std::find_if(known.begin(), known.end(), [&](const FoundModel& m) { return m.name == model; });
  if (match != known.end()) return match->folder;
  if (!fs::exists(path, ignored)) {
    if (const auto revision = find_revision(model, places)) return *revision;
  }
  if (folder_exists) return path;  // loading says what it lacks
  if (fs::exists(path, ignored)) {
    throw Error({.file = model,
                 .found = "a file",
                 .expected = "a checkpoint folder (config.json, weights, tokenizer) or a model's name"});
  }
  std::vector<std::string> names, folders;
  for (const auto& m : known) names.push_back(m.name);
  for (const auto& place : places) folders.push_back(place.folder.string());
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
                                   fmt::join(folders, ", "))});
}

std::vector<std::string> nearest_first(std::string_view wanted, std::vector<std::string> names) {
  const std::string target = comparable(wanted);
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (auto& name : names) ranked.emplace_back(levenshtein(target, comparable(name)), std::move(name));
  std::sort(ranked.begin(), ranked.end());
  names.clear();
  for (auto& [distance, name] : ranked) names.push_back(std::move(name));
  return names;
}

}  // namespace limn::cli
