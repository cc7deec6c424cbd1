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

/// How far one file has come.
struct PullProgress {
  std::string file;
  std::uint64_t bytes = 0, bytes_before = 0;  ///< there; there when this pull began
  std::optional<std::uint64_t> total;
};

/// A model that is in the cache, whole.
struct PulledModel {
  std::string commit;
  std::filesystem::path folder;
  std::map<std::string, std::uint64_t> files;  ///< names and bytes
};

/// Downloads what limn reads of a model into the cache: config, tokenizer, one format of weights.
///
/// Blobs are checked by their SHA-256 or git SHA-1 and renamed when they are whole; the snapshot and its ref appear
/// last, so that no program ever sees a part of a model. What breaks off stays as ETAG.incomplete, and the next pull
/// goes on from there.
/// @throws Error if the hub refuses, does not answer, or sends something else than it promised; if the disk is full.
PulledModel pull(HttpClient& client, const Repository& repository, const std::filesystem::path& cache,
                 const std::function<void(const PullProgress&)>& on_progress);

}  // namespace limn::hub
