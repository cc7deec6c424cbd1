#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "store/repository.h"

namespace limn::hub {

/// Returns $HF_TOKEN or, if it is not set, the contents of $HF_TOKEN_PATH or $HF_HOME/token, which `hf auth login`
/// writes.
std::optional<std::string> access_token();

/// One model in the Hugging Face cache, in the layout that all tools of the hub share:
///   models--ORG--NAME/blobs/ETAG, snapshots/COMMIT/FILE → ../../blobs/ETAG, refs/REVISION (holds the commit).
class CachedModel {
 public:
  CachedModel(const std::filesystem::path& cache, const Repository& repository);

  std::filesystem::path blob(const std::string& etag) const;
  std::filesystem::path snapshot(const std::string& commit) const;

  /// Locks a file against other programs that download it; the locks are those of huggingface_hub. Waits for the lock.
  class Lock {
   public:
    explicit Lock(const std::filesystem::path& file);
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

   private:
    int file_ = -1;
  };
  std::filesystem::path lock_file(const std::string& etag) const;

  /// Creates snapshots/COMMIT with a link per file, then the ref. The folder appears in one step; if another tool has
  /// already created it, config.json is linked last. @pre the blobs exist. @param etags file → blob.
  /// @throws Error if writing fails.
  void publish(const std::string& commit, const std::map<std::string, std::string>& etags) const;

 private:
  std::filesystem::path folder_, locks_;
  Repository repository_;
};

}  // namespace limn::hub
