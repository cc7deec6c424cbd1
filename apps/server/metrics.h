#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace limn::server {

/// Counters since the start, for /metrics. Thread-safe.
class Metrics {
 public:
  std::atomic<std::size_t> connections = 0;  ///< open now
  std::atomic<std::size_t> cache_hits = 0, cache_misses = 0;
  std::atomic<std::size_t> refused = 0;    ///< because the queue was full
  std::atomic<std::size_t> cancelled = 0;  ///< because the client disconnected or the time limit was reached
  std::atomic<std::size_t> reloads = 0;

  /// Records an answered request. @param route one of the server's own, or "other".
  void answered(const std::string& route, int status, double seconds);
  /// Records a batch of inputs. @param tokens of all inputs together.
  void worked(std::size_t inputs, std::size_t tokens, double seconds);

  /// Current values that are measured elsewhere.
  struct Now {
    std::size_t waiting_short = 0, waiting_long = 0, running = 0, queue_limit = 0;
    std::size_t cache_entries = 0, cache_bytes = 0;
    std::size_t models = 0;
    std::size_t uploads = 0;
  };
  /// Returns the metrics in the Prometheus text format 0.0.4.
  std::string text(const Now& now) const;

  /// Returns the mean seconds per batch; 0 before the first.
  double mean_work_seconds() const;

 private:
  static constexpr std::array bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                        0.5,   1.0,    2.5,   5.0,  10.0,  30.0, 60.0};
  struct Histogram {
    std::array<std::size_t, bounds.size() + 1> counts = {};
    double sum = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::size_t> requests_;
  std::map<std::string, Histogram> latencies_;
  std::size_t batches_ = 0, inputs_ = 0, tokens_ = 0;
  double work_seconds_ = 0;
};

/// Returns the resident memory of this process in bytes; 0 if unknown.
std::size_t resident_bytes();

}  // namespace limn::server
