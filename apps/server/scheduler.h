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
/// Called periodically by running work.
using Progress = std::function<void(std::size_t done, std::size_t total)>;
using Partial = std::function<void(const std::vector<Word>& words)>;

/// The result for one input.
struct WorkResult {
  std::string json;
  std::size_t tokens = 0;  ///< of the input
};

/// Short work is one pass for many inputs; long work is many passes for one input and must not delay short work.
enum class Lane { short_work, long_work };

/// What to do with an input, independent of the input.
struct WorkKind {
  Lane lane = Lane::short_work;
  std::string group;  ///< work of one group differs only in its inputs
  /// Returns one result per input. @throws Error for a failure that does not depend on the input, Cancelled if the
  /// watch cancels the work.
  std::function<std::vector<Result<WorkResult>>(const std::vector<Input>& inputs, const Watch& watch)> run;
  bool is_lasting = true;  ///< equal work has equal answers until the models are reloaded, so they are cached
};

/// The work for one input.
struct Work {
  std::shared_ptr<const WorkKind> kind;
  std::string key;  ///< equal keys have equal answers
  Input input;
};

/// A piece of work and the client that waits for it.
struct Job {
  Work work;
  std::shared_ptr<const Exchange> exchange;  ///< the work is cancelled if the client disconnects
  Clock::time_point deadline;
  Progress progress;                       ///< may be empty; called by the worker
  Partial partial = {};                    ///< the same, with the scores so far
  std::function<void(HttpResponse)> done;  ///< called once, from a thread of the scheduler

  bool wanted() const { return !exchange->gone && Clock::now() <= deadline; }
  /// Calls `done` unless it has been called already.
  void answer(HttpResponse response);
};

/// One bounded queue and one worker per lane. A free worker takes the oldest job together with all waiting jobs of the
/// same group. A single job therefore starts immediately, and jobs that arrive during a pass share the next one. The
/// size of a pass is bounded, and so is its duration. Requests with many inputs take turns with other requests.
class Scheduler {
 public:
  struct Options {
    std::size_t queue = 256;                          ///< jobs that may wait in each lane
    std::size_t batch = 16;                           ///< inputs of a pass
    std::size_t batch_bytes = std::size_t{32} << 10;  ///< of their texts; a single input may be longer
    std::size_t queue_bytes = std::size_t{64} << 20;  ///< of the texts waiting in each lane
    std::chrono::milliseconds between_sweeps{250};
  };
  Scheduler(Options options, Cache& cache, Metrics& metrics);
  /// Finishes all jobs first.
  ~Scheduler();

  /// Accepts all jobs of a request, or none if the lane has no room for them. @pre all are of the same lane.
  /// @param taken called if there is room, before any job is answered. @return whether the jobs were accepted
  bool submit(
      std::vector<Job>& jobs, const std::function<void()>& taken = [] {});

  std::size_t waiting(Lane lane) const;
  std::size_t running() const;
  /// Returns the seconds (a whole number) after which a client should try again.
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
