#include "apps/server/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <string_view>
#include <utility>

namespace limn::server {
namespace {

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

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
    return is_ready && write_all(STDERR_FILENO, line + "\n");
  };
}

}  // namespace limn::server
