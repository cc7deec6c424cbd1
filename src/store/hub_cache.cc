#include "store/hub_cache.h"

#include <algorithm>

#include "base/environment.h"
#include "base/output_file.h"
#include "store/checkpoint_folder.h"

namespace limn {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view hub_prefix = "models--";

}  // namespace

std::optional<fs::path> hub_home() {
  if (const auto home = environment("HF_HOME")) return home;
  if (const auto cache = environment("XDG_CACHE_HOME")) return fs::path(*cache) / "huggingface";
  if (const auto user = environment("HOME")) return fs::path(*user) / ".cache" / "huggingface";
  return {};
}

std::optional<fs::path> hub_cache_folder() {
  if (const auto cache = environment("HF_HUB_CACHE")) return cache;
  if (const auto home = hub_home()) return *home / "hub";
  return {};
}

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

std::optional<fs::path> hub_snapshot(const fs::path& repository) {
  if (auto main = hub_snapshot(repository, "main")) return main;
  std::error_code ignored;
  std::optional<fs::path> last;
  for (const auto& snapshot : folders_in(repository / "snapshots")) {
    if (!is_checkpoint(snapshot)) continue;
    if (!last || fs::last_write_time(snapshot, ignored) > fs::last_write_time(*last, ignored)) last = snapshot;
  }
  return last;
}

std::optional<std::string> hub_name(std::string_view folder) {
  if (!folder.starts_with(hub_prefix)) return std::nullopt;
  std::string name(folder.substr(hub_prefix.size()));
  const auto dashes = name.find("--");
  return dashes == std::string::npos ? name : name.substr(0, dashes) + "/" + name.substr(dashes + 2);
}

}  // namespace limn
