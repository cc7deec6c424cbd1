#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "apps/server/cache.h"
#include "apps/server/http.h"
#include "apps/server/metrics.h"
#include "limn/explanation.h"

namespace limn::server {

using Clock = std::chrono::steady_clock;
using Progress = std::function<void(std::size_t done, std::size_t total)>;

/// What one input comes to.
struct WorkResult {
  std::string json;
  std::size_t tokens = 0;  ///< of the input
};

/// Short work is one pass for many inputs; long work is many passes for one, and must not hold up the short.
enum class Lane { short_work, long_work };

/// What is to be done for one input. Works of one group differ in their inputs alone.
struct Work {
  Lane lane = Lane::short_work;
  std::string group;
  std::string key;  ///< equal keys have equal answers
  Input input;
  /// One result an input. @throws Error if one of them cannot be answered; what `progress` throws goes through.
  std::function<std::vector<WorkResult>(const std::vector<Input>& inputs, const Progress& progress)> run;
};

/// A work and who waits for it.
struct Job {
  Work work;
  std::shared_ptr<const Exchange> exchange;  ///< work for a client that has gone is given up
  Clock::time_point deadline;
  Progress progress;                       ///< may be empty; called by the worker
  std::function<void(HttpResponse)> done;  ///< called once, by the worker
};

/// A bounded queue for each lane, and one worker each. A worker that is free takes the oldest work and with it what
/// waits of the same group: who is alone waits for nobody, and who comes while others are worked on shares the next
/// pass. A pass takes at most `batch` inputs, which bounds how long it takes.
class Scheduler {
 public:
  struct Options {
    std::size_t queue = 256;  ///< jobs that may wait, both lanes together
    std::size_t batch = 16;
  };
  Scheduler(Options options, Cache& cache, Metrics& metrics);
  /// Finishes everything first.
  ~Scheduler();

  /// How many jobs may be submitted.
  std::size_t room() const;
  /// @pre there is room for them; only one thread submits, so that what was there is there still.
  void submit(std::vector<Job> jobs);

  std::size_t waiting(Lane lane) const;
  std::size_t running() const;
  /// When it is worth while to ask again, in whole seconds.
  std::size_t retry_after() const;

 private:
  std::vector<Job> take(std::deque<Job>& queue, std::size_t most) const;
  void serve(Lane lane);
  void work_on(std::vector<Job> jobs);
  void run(const std::vector<std::vector<Job*>>& alike);

  const Options options_;
  Cache& cache_;
  Metrics& metrics_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::array<std::deque<Job>, 2> queues_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace limn::server
