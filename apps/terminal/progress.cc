#include "apps/terminal/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "apps/terminal/output.h"

namespace limn {
namespace {

constexpr std::chrono::seconds quiet_time{2};
constexpr std::chrono::milliseconds between_draws{100};

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(std::clamp(seconds, 0.0, 3.6e8)));
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
}

}  // namespace

StatusLine::StatusLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

StatusLine::~StatusLine() { wipe(); }

bool StatusLine::is_due() const { return terminal_ && (!drawn_ || Clock::now() - last_drawn_ >= between_draws); }

std::size_t StatusLine::columns() const {
  winsize size{};
  const std::size_t all = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  // The last column stays empty: a character there makes some terminals start a new line.
  return all - 1;
}

void StatusLine::draw(std::string_view text) {
  if (!terminal_) return;
  write_to_standard_error("\r\x1b[K" + std::string(text));
  last_drawn_ = Clock::now();
  drawn_ = true;
}

void StatusLine::leave(std::string_view text) {
  draw(std::string(text) + "\n");
  drawn_ = false;
}

void StatusLine::wipe() {
  if (!drawn_) return;
  write_to_standard_error("\r\x1b[K");
  drawn_ = false;
}

std::optional<std::string> with_bar(std::string_view before, double share, std::string_view after,
                                    std::size_t columns) {
  constexpr std::size_t widest = 30, narrowest = 8;
  const std::size_t fixed = before.size() + after.size() + 4;
  if (columns < fixed + narrowest) return std::nullopt;
  const std::size_t width = std::min(widest, columns - fixed);
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
  std::string line = fmt::format("{} ", before);
  for (std::size_t i = 0; i < width; ++i) line += i < filled ? "━" : "─";
  if (!after.empty()) line += fmt::format("  {}", after);
  return line;
}

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
  if (!total) return count + "  " + tail;
  return with_bar(count, share, tail, columns).value_or(count + "  " + tail);
}

Progress::Progress(std::optional<std::size_t> total, std::size_t done)
    : total_(total), done_before_(done), done_(done), start_(Clock::now()) {}

Progress::~Progress() = default;

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
  const std::chrono::duration<double> elapsed = Clock::now() - start_;
  if (elapsed < quiet_time || !line_.is_due()) return;
  line_.draw(
      progress_line(static_cast<double>(done_) + share_, total_, done_before_, elapsed.count(), line_.columns()));
}

void Progress::wipe() { line_.wipe(); }

Watch CallProgress::watch() {
  return {.progress =
              [this](std::size_t done, std::size_t total) {
                if (!shown_) shown_.emplace(total);
                shown_->advance(done - std::exchange(done_, done));
              }};
}

void CallProgress::wipe() {
  if (shown_) shown_->wipe();
}

}  // namespace limn
