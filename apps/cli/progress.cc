#include "apps/cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace limn::cli {
namespace {

constexpr std::chrono::seconds quiet_time{2};
constexpr std::chrono::milliseconds between_draws{100};

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(std::clamp(seconds, 0.0, 3.6e8)));
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
}

std::size_t error_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progress_line(double done, std::optional<std::size_t> total, std::size_t done_before, double seconds,
                          std::size_t columns) {
  const double rate = seconds > 0 ? (done - static_cast<double>(done_before)) / seconds : 0;
  const double all = static_cast<double>(total.value_or(0)), share = all > 0 ? std::min(done / all, 1.0) : 1;
  const auto rows = static_cast<std::size_t>(done);
  std::string count = !total        ? fmt::format("{} rows", rows)
                      : *total == 1 ? fmt::format("{:.0f} %", 100 * share)
                                    : fmt::format("{}/{}", rows, *total);
  std::string tail = total == 1 ? "" : fmt::format("{:.{}f} rows/s  ", rate, rate < 10 ? 2 : 1);
  tail += total && rate > 0 ? duration(all * (1 - share) / rate) + " left" : duration(seconds);
  const std::size_t fixed = count.size() + tail.size() + 4;
  if (!total || columns < fixed + 8) return count + "  " + tail;
  const std::size_t width = std::min<std::size_t>(30, columns - fixed);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  std::string bar;
  for (std::size_t i = 0; i < width; ++i) bar += i < filled ? "━" : "─";
  return fmt::format("{} {}  {}", count, bar, tail);
}

Progress::Progress(std::optional<std::size_t> total, std::size_t done)
    : terminal_(::isatty(STDERR_FILENO) == 1),
      total_(total),
      done_before_(done),
      done_(done),
      start_(Clock::now()),
      last_drawn_(start_) {}

Progress::~Progress() { wipe(); }

void Progress::advance(std::size_t rows) {
  done_ += rows;
  share_ = 0;
  draw_if_due();
}

void Progress::report(double share) {
  share_ = std::clamp(share, 0.0, 1.0);
  draw_if_due();
}

void Progress::draw_if_due() {
  const auto now = Clock::now();
  if (!terminal_ || now - start_ < quiet_time || (drawn_ && now - last_drawn_ < between_draws)) return;
  const std::chrono::duration<double> elapsed = now - start_;
  // One column is left free: a character in the last one makes some terminals begin a new line.
  fmt::print(
      stderr, "\r\x1b[K{}",
      progress_line(static_cast<double>(done_) + share_, total_, done_before_, elapsed.count(), error_columns() - 1));
  std::fflush(stderr);
  last_drawn_ = now;
  drawn_ = true;
}

void Progress::wipe() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace limn::cli
