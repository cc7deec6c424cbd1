#include "apps/hub/cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/environment.h"
#include "base/output_file.h"
#include "limn/error.h"
#include "store/hub_cache.h"

namespace limn::hub {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  throw Error({.file = path.string(),
               .found = reason,
               .expected = "a place that can be written to",
               .hint = "HF_HUB_CACHE can set another folder for the cache"});
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) refuse(path, error.message());
}

fs::path link_target(const std::string& etag) { return fs::path("..") / ".." / "blobs" / etag; }

/// Replaces a link atomically.
void replace_link(const fs::path& link, const std::string& etag) {
  std::error_code error;
  if (fs::read_symlink(link, error) == link_target(etag)) return;
  const fs::path temporary = link.parent_path() / ("." + link.filename().string() + "." + std::to_string(::getpid()));
  fs::remove(temporary, error);
  fs::create_symlink(link_target(etag), temporary, error);
  if (!error) fs::rename(temporary, link, error);
  if (error) refuse(link, error.message());
}

}  // namespace

std::optional<std::string> access_token() {
  std::string token;
  if (const auto named = environment("HF_TOKEN")) {
    token = *named;
  } else {
    fs::path file;
    if (const auto path = environment("HF_TOKEN_PATH"))
      file = *path;
    else if (const auto home = hub_home())
      file = *home / "token";
    std::error_code ignored;
    if (!file.empty() && fs::is_regular_file(file, ignored)) token = read_file(file);
  }
  token.erase(0, token.find_first_not_of(" \t\r\n"));
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  if (token.empty()) return {};
  for (const char c : token) {
    if (c <= ' ' || c > '~')
      throw Error(
          {.file = "HF_TOKEN", .found = "a token with spaces or invalid characters", .expected = "one line like hf_…"});
  }
  return token;
}

CachedModel::CachedModel(const fs::path& cache, const Repository& repository)
    : folder_(cache / repository.folder()), locks_(cache / ".locks" / repository.folder()), repository_(repository) {
  make_folder(folder_ / "blobs");
  make_folder(locks_);
}

fs::path CachedModel::blob(const std::string& etag) const { return folder_ / "blobs" / etag; }
fs::path CachedModel::snapshot(const std::string& commit) const { return folder_ / "snapshots" / commit; }
fs::path CachedModel::lock_file(const std::string& etag) const { return locks_ / (etag + ".lock"); }

CachedModel::Lock::Lock(const fs::path& file) : file_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (file_ < 0) refuse(file, std::strerror(errno));
  while (::flock(file_, LOCK_EX) != 0)
    if (errno != EINTR) refuse(file, std::strerror(errno));
}
CachedModel::Lock::~Lock() { ::close(file_); }

void CachedModel::publish(const std::string& commit, const std::map<std::string, std::string>& etags) const {
  make_folder(folder_ / "snapshots");
  const Lock lock(lock_file(commit));
  std::error_code error;
  if (!fs::exists(snapshot(commit), error)) {
    std::string temporary = (folder_ / ".snapshot.XXXXXX").string();
    if (::mkdtemp(temporary.data()) == nullptr) refuse(folder_, std::strerror(errno));
    fs::permissions(temporary, fs::perms(0755), error);
    for (const auto& [file, etag] : etags)
      if (!error) fs::create_symlink(link_target(etag), fs::path(temporary) / file, error);
    if (!error) fs::rename(temporary, snapshot(commit), error);
    if (error) {
      const std::string reason = error.message();
      fs::remove_all(temporary, error);
      refuse(snapshot(commit), reason);
    }
  } else {
    for (const auto& [file, etag] : etags)
      if (file != "config.json") replace_link(snapshot(commit) / file, etag);
    replace_link(snapshot(commit) / "config.json", etags.at("config.json"));
  }
  if (is_commit(repository_.revision)) return;
  const fs::path ref = folder_ / "refs" / repository_.revision;
  make_folder(ref.parent_path());
  write_file(ref, commit);
}

}  // namespace limn::hub
