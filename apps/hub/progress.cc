#include "apps/hub/progress.h"

#include <fmt/format.h>

#include <cmath>

#include "apps/terminal/size_text.h"
#include "render/display_text.h"

namespace limn::hub {

std::string download_line(const PullProgress& progress, double seconds, std::size_t columns) {
  const auto bytes = static_cast<double>(progress.bytes);
  constexpr double shortest = 0.2;  // before that, a rate is meaningless
  const double rate = seconds > shortest ? (bytes - static_cast<double>(progress.bytes_before)) / seconds : 0;
  const std::string name = visible(progress.file);
  if (!progress.total) return fmt::format("{}  {}", name, size_text(bytes));
  const auto total = static_cast<double>(*progress.total);
  const std::string count = fmt::format("{}  {} of {}", name, size_text(bytes), size_text(total));
  std::string tail = rate > 0 ? size_text(rate) + "/s" : "";
  if (rate > 0 && bytes < total) tail += fmt::format("  {:.0f}s left", std::ceil((total - bytes) / rate));
  return with_bar(count, total > 0 ? bytes / total : 1, tail, columns).value_or(count);
}

void DownloadProgress::show(const PullProgress& progress) {
  const auto now = Clock::now();
  const bool is_new = progress.file != file_;
  if (is_new) {
    file_ = progress.file;
    start_ = now;
  }
  const bool whole = progress.total && progress.bytes == *progress.total;
  if (!line_.is_terminal() || (!is_new && !whole && !line_.is_due())) return;
  const std::chrono::duration<double> elapsed = now - start_;
  const std::string text = download_line(progress, elapsed.count(), line_.columns());
  if (whole)
    line_.leave(text);
  else
    line_.draw(text);
}

}  // namespace limn::hub
