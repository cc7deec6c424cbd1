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
#include "limn/result.h"
#include "limn/watch.h"

namespace limn::server {

using Clock = std::chrono::steady_clock;
/// Called now and then by what works.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

/// What one input comes to.
struct WorkResult {
  std::string json;
  std::size_t tokens = 0;  ///< of the input
};

/// Short work is one pass for many inputs; long work is many passes for one, and must not hold up the short.
enum class Lane { short_work, long_work };

/// What is to be done, whatever the input.
struct WorkKind {
  Lane lane = Lane::short_work;
  std::string group;  ///< works of one group differ in their inputs alone
  /// One result an input. @throws Error for what is wrong whatever the input, Cancelled if the watch ends the work.
  std::function<std::vector<Result<WorkResult>>(const std::vector<Input>& inputs, const Watch& watch)> run;
};

/// What is to be done for one input.
struct Work {
  std::shared_ptr<const WorkKind> kind;
  std::string key;  ///< equal keys have equal answers
  Input input;
};

/// A work and who waits for it.
struct Job {
  Work work;
  std::shared_ptr<const Exchange> exchange;  ///< work for a client that has gone is given up
  Clock::time_point deadline;
  Progress progress;                       ///< may be empty; called by the worker
  std::function<void(HttpResponse)> done;  ///< called once, from a thread of the scheduler

  bool wanted() const { return !exchange->gone && Clock::now() <= deadline; }
  /// Calls `done` if nobody has.
  void answer(HttpResponse response);
};

/// A bounded queue for each lane, and one worker each. A worker that is free takes the oldest work and with it what
/// waits of the same group: who is alone waits for nobody, and who comes while others are worked on shares the next
/// pass. What a pass takes is bounded, and so is how long it takes. Requests of many inputs take turns with others.
class Scheduler {
 public:
  struct Options {
    std::size_t queue = 256;                          ///< jobs that may wait in each lane
    std::size_t batch = 16;                           ///< inputs of a pass
    std::size_t batch_bytes = std::size_t{32} << 10;  ///< and of their texts; one alone may be longer
    std::size_t queue_bytes = std::size_t{64} << 20;  ///< of the texts that wait in each lane
    std::chrono::milliseconds between_sweeps{250};
  };
  Scheduler(Options options, Cache& cache, Metrics& metrics);
  /// Finishes everything first.
  ~Scheduler();

  /// Takes all jobs of a request or, if the lane has no room for them, none. @pre they are of one lane.
  /// @param taken called when there is room, before any job is answered.
  bool submit(
      std::vector<Job>& jobs, const std::function<void()>& taken = [] {});

  std::size_t waiting(Lane lane) const;
  std::size_t running() const;
  /// When it is worth while to ask again, in whole seconds.
  std::size_t retry_after(Lane lane) const;

 private:
  struct Queue {
    std::deque<Job> jobs;
    std::size_t bytes = 0;
  };
  Queue& queue_of(Lane lane) { return queues_[static_cast<std::size_t>(lane)]; }
  const Queue& queue_of(Lane lane) const { return queues_[static_cast<std::size_t>(lane)]; }
  std::vector<Job> take(Queue& queue, std::size_t most) const;
  void sweep();
  void dismiss(Job& job);
  void serve(Lane lane);
  void work_on(std::vector<Job>& jobs);
  void run(const std::vector<std::vector<Job*>>& alike);
  std::vector<Result<WorkResult>> results_of(const std::vector<std::vector<Job*>>& alike);

  const Options options_;
  Cache& cache_;
  Metrics& metrics_;
  mutable std::mutex mutex_;
  std::condition_variable wake_, wake_sweeper_;
  std::array<Queue, 2> queues_;
  std::size_t running_ = 0;
  bool stopping_ = false, swept_ = false;
  std::vector<std::thread> workers_;
  std::thread sweeper_;
};

}  // namespace limn::server
