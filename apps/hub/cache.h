#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "store/repository.h"

namespace limn::hub {

/// $HF_TOKEN, else what the file $HF_TOKEN_PATH or $HF_HOME/token holds, as `hf auth login` leaves it.
std::optional<std::string> access_token();

/// One model in the Hugging Face cache, as all tools of the hub share it:
///   models--ORG--NAME/blobs/ETAG, snapshots/COMMIT/FILE → ../../blobs/ETAG, refs/REVISION (holds the commit).
class CachedModel {
 public:
  CachedModel(std::filesystem::path cache, const Repository& repository);

  std::filesystem::path blob(const std::string& etag) const;
  std::filesystem::path snapshot(const std::string& commit) const;

  /// Holds a file until it is destroyed, against other programs that download the same (the same locks as
  /// huggingface_hub's). Waits for them.
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

  /// Makes snapshots/COMMIT with a link for each file, at once or, if other tools have begun it, config.json last; then
  /// the ref. The blobs must be there. @param etags file → blob.
  /// @throws Error if something cannot be written.
  void publish(const std::string& commit, const std::map<std::string, std::string>& etags) const;

 private:
  std::filesystem::path folder_, locks_;
  Repository repository_;
};

}  // namespace limn::hub
