#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

#include "apps/server/serial.h"

namespace limn::server {

/// A log of JSON lines that a separate thread writes, so that a slow reader delays nothing. Lines that do not fit into
/// the queue are dropped; their number is logged when there is room again.
class Log {
 public:
  /// Writes a line, which has no line feed. @return false if it could not be written now.
  using Write = std::function<bool(const std::string& line)>;
  explicit Log(Write write) : write_(std::move(write)) {}

  /// Adds a request or an event. Thread-safe.
  void add(std::string line);
  /// Waits until all lines have been written or dropped.
  void flush() { serial_.flush(); }

 private:
  static constexpr std::size_t most_waiting = 4096;

  const Write write_;
  std::atomic<std::size_t> lost_ = 0;
  Serial serial_;  // destroyed first
};

/// Returns the current time as "2026-01-31T12:34:56.789Z".
std::string now_text();

/// Writes to standard error. Waits up to a second for a slow reader; after one timeout, no longer waits until the
/// reader catches up. @param only_events skip the lines of requests
Log::Write to_standard_error(bool only_events);

}  // namespace limn::server
