#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "apps/hub/pull.h"
#include "apps/terminal/progress.h"

namespace limn::hub {

/// Returns "model.safetensors  12.3 MB of 90.9 MB ━━━───────  8.1 MB/s  10s left"; a pure function, for tests.
/// @param seconds since this download started.
std::string download_line(const PullProgress& progress, double seconds, std::size_t columns);

/// Shows the progress of a download as one line on standard error; nothing if standard error is not a terminal. The
/// line of a finished file stays; the destructor erases an unfinished line.
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
