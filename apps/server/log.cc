#include "apps/server/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/output_file.h"

namespace limn::server {

void Log::add(std::string line) {
  if (!write_) return;
  if (serial_.waiting() >= most_waiting) {
    ++lost_;
    return;
  }
  serial_.post([this, line = std::move(line)] {
    if (const std::size_t lost = lost_.load(); lost > 0) {
      const bool told =
          write_(fmt::format(R"({{"time":"{}","event":"log lines lost","detail":"{}"}})", now_text(), lost));
      if (told) lost_ -= lost;
    }
    if (!write_(line)) ++lost_;
  });
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     milliseconds);
}

Log::Write to_standard_error(bool only_events) {
  return [only_events, patience = 1000](const std::string& line) mutable {
    if (only_events && line.find("\"event\"") == std::string::npos) return true;
    // A pipe that is ready has room for PIPE_BUF bytes; lines are shorter.
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    const bool is_ready = ::poll(&ready, 1, patience) > 0;
    patience = is_ready ? 1000 : 0;
    return is_ready && write_all(STDERR_FILENO, line + "\n") == 0;
  };
}

}  // namespace limn::server
