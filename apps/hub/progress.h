#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "apps/hub/pull.h"
#include "apps/terminal/progress.h"

namespace limn::hub {

/// "model.safetensors  12.3 MB of 90.9 MB ━━━───────  8.1 MB/s  10s left". Pure, for tests.
/// @param seconds since this download began.
std::string download_line(const PullProgress& progress, double seconds, std::size_t columns);

/// One line on standard error that says how far a download has come; nothing if that is no terminal. A file that is
/// done leaves its line there; an unfinished line is wiped when the object goes.
class DownloadProgress {
 public:
  void show(const PullProgress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  StatusLine line_;
  std::string file_;
  Clock::time_point start_;
};

}  // namespace limn::hub
