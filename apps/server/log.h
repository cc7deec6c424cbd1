#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

#include "apps/server/serial.h"

namespace limn::server {

/// JSON lines, written by a thread of their own: whoever reads them slowly, or not at all, holds up nobody. Lines that
/// find no place are counted, and the count is told when there is room again.
class Log {
 public:
  /// Writes a line, without its end. @return false if it could not be written now.
  using Write = std::function<bool(const std::string& line)>;
  explicit Log(Write write) : write_(std::move(write)) {}

  /// What was answered, or what happened. From any thread.
  void add(std::string line);
  /// Waits until all lines are written, or lost.
  void flush() { serial_.flush(); }

 private:
  static constexpr std::size_t most_waiting = 4096;

  const Write write_;
  std::atomic<std::size_t> lost_ = 0;
  Serial serial_;  // goes first
};

/// "2026-01-31T12:34:56.789Z".
std::string now_text();

/// Writes to standard error, unless nobody reads there: who waited in vain once does not wait again.
Log::Write to_standard_error(bool only_events);

}  // namespace limn::server
