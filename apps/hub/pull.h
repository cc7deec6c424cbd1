#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "apps/hub/http.h"
#include "store/repository.h"

namespace limn::hub {

/// The progress of one file.
struct PullProgress {
  std::string file;
  std::uint64_t bytes = 0, bytes_before = 0;  ///< downloaded so far; already there when this pull started
  std::optional<std::uint64_t> total;
};

/// A model that is complete in the cache.
struct PulledModel {
  std::string commit;
  std::filesystem::path folder;
  std::map<std::string, std::uint64_t> files;  ///< name → size in bytes
};

/// Downloads the files of a model that limn reads into the cache: configuration, tokenizer, one format of weights.
///
/// Blobs are verified by their SHA-256 or git SHA-1 and renamed when they are complete; the snapshot and its ref appear
/// last, so that no program ever sees part of a model. An interrupted download stays as ETAG.incomplete, and the next
/// pull resumes it.
/// @throws Error if the hub refuses, does not respond or sends other data than announced, or if the disk is full.
PulledModel pull(HttpClient& client, const Repository& repository, const std::filesystem::path& cache,
                 const std::function<void(const PullProgress&)>& on_progress);

}  // namespace limn::hub
