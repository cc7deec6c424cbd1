#pragma once

#include <fmt/format.h>

#include <string>

namespace limn {

/// Formats a size in decimal units, as usual for downloads: "1.2 GB", "23.4 MB".
inline std::string size_text(double bytes) {
  if (bytes < 1e3) return fmt::format("{:.0f} B", bytes);
  if (bytes < 1e6) return fmt::format("{:.1f} kB", bytes / 1e3);
  if (bytes < 1e9) return fmt::format("{:.1f} MB", bytes / 1e6);
  return fmt::format("{:.1f} GB", bytes / 1e9);
}

}  // namespace limn
