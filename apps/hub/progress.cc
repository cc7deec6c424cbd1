#include "apps/hub/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "apps/cli/size_text.h"
#include "render/display_text.h"

namespace limn::hub {

using cli::size_text;

namespace {

constexpr std::chrono::milliseconds between_draws{100};

std::size_t error_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string download_line(const PullProgress& progress, double seconds, std::size_t columns) {
  const auto bytes = static_cast<double>(progress.bytes);
  constexpr double shortest = 0.2;  // before that a rate says nothing
  const double rate = seconds > shortest ? (bytes - static_cast<double>(progress.bytes_before)) / seconds : 0;
  const std::string name = visible(progress.file);
  if (!progress.total) return fmt::format("{}  {}", name, size_text(bytes));
  const auto total = static_cast<double>(*progress.total);
  const std::string count = fmt::format("{}  {} of {}", name, size_text(bytes), size_text(total));
  std::string tail = rate > 0 ? size_text(rate) + "/s" : "";
  if (rate > 0 && bytes < total) tail += fmt::format("  {:.0f}s left", std::ceil((total - bytes) / rate));
  constexpr std::size_t widest_bar = 30, narrowest_bar = 8;
  const std::size_t fixed = count.size() + tail.size() + 3;
  if (columns < fixed + narrowest_bar) return count;
  const std::size_t width = std::min(widest_bar, columns - fixed);
  const auto filled =
      static_cast<std::size_t>((total > 0 ? std::min(1.0, bytes / total) : 1) * static_cast<double>(width));
  std::string bar;
  for (std::size_t i = 0; i < width; ++i) bar += i < filled ? "━" : "─";
  return fmt::format("{} {}{}{}", count, bar, tail.empty() ? "" : "  ", tail);
}

DownloadProgress::DownloadProgress() : terminal_(::isatty(STDERR_FILENO) == 1) {}

DownloadProgress::~DownloadProgress() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void DownloadProgress::show(const PullProgress& progress) {
  if (!terminal_) return;
  const auto now = Clock::now();
  if (progress.file != file_) {
    file_ = progress.file;
    start_ = now;
    drawn_ = false;
  }
  const bool whole = progress.total && progress.bytes == *progress.total;
  if (drawn_ && !whole && now - last_drawn_ < between_draws) return;
  const std::chrono::duration<double> elapsed = now - start_;
  // One column is left free: a character in the last one makes some terminals begin a new line.
  fmt::print(stderr, "\r\x1b[K{}{}", download_line(progress, elapsed.count(), error_columns() - 1), whole ? "\n" : "");
  std::fflush(stderr);
  last_drawn_ = now;
  drawn_ = !whole;
}

}  // namespace limn::hub
