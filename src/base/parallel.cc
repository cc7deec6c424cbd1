#include "base/parallel.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace limn {
namespace {

/// Waits for about 50 ns, and leaves the processor to the other thread of its core.
void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

/// A pass has hundreds of short jobs. Waking a thread takes longer than many of them, so threads look for the next one
/// for about 50 µs before they sleep.
constexpr int spins = 1000;

/// One call of parallel_for, on its stack: threads take indices until none are left.
struct Job {
  void (*const work)(const void*, std::size_t);
  const void* const context;
  const std::size_t count;
  const WhileWaiting waiting;
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> helpers = 0;  // workers that may still use this object; increased under the pool's lock
  std::mutex mutex = {};
  std::exception_ptr error = {};

  bool exhausted() const { return next.load(std::memory_order_relaxed) >= count; }

  void help() {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) {
      try {
        work(context, i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
      }
    }
  }
};

class Pool {
 public:
  explicit Pool(std::size_t threads) { resize(threads); }
  ~Pool() { stop(); }

  void resize(std::size_t threads) {
    const std::lock_guard lock(resize_mutex_);
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    if (threads == size_) return;
    stop();
    stopping_ = false;
    size_ = threads;
    for (std::size_t i = 1; i < threads; ++i) workers_.emplace_back([this] { serve(); });
  }
  std::size_t size() const { return size_; }

  void run(Job& job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(&job);
      ++waiting_;
    }
    wake_.notify_all();
    job.help();
    {
      const std::lock_guard lock(mutex_);
      if (std::erase(jobs_, &job) > 0) --waiting_;
    }
    if (job.waiting == WhileWaiting::help_others) return help_others(job);
    // The last calls usually finish at the same time, so spinning briefly avoids a sleep.
    for (int spin = 0; spin < spins && job.helpers.load() > 0; ++spin) pause();
    std::unique_lock lock(mutex_);
    all_left_.wait(lock, [&] { return job.helpers.load() == 0; });
  }

 private:
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
    workers_.clear();
  }

  void serve() {
    while (true) {
      for (int spin = 0; spin < spins && waiting_.load() == 0; ++spin) pause();
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      help(jobs_.begin(), lock);
    }
  }

  /// Helps in short jobs until nobody works on `job` any more.
  void help_others(const Job& job) {
    const auto is_short = [](const Job* other) { return other->waiting == WhileWaiting::wait; };
    while (true) {
      for (int spin = 0; spin < spins && waiting_.load() == 0 && job.helpers.load() > 0; ++spin) pause();
      std::unique_lock lock(mutex_);
      auto other = jobs_.end();
      wake_.wait(lock, [&] {
        other = std::ranges::find_if(jobs_, is_short);
        return job.helpers.load() == 0 || other != jobs_.end();
      });
      if (job.helpers.load() == 0) return;
      help(other, lock);
    }
  }

  /// Works on one job, or removes it if nothing of it is left. @param lock of mutex_; held again on return
  void help(std::vector<Job*>::iterator place, std::unique_lock<std::mutex>& lock) {
    Job* const job = *place;
    if (job->exhausted()) {
      jobs_.erase(place);
      --waiting_;
      return;
    }
    ++job->helpers;
    lock.unlock();
    job->help();
    lock.lock();
    const bool wakes_helpers = job->waiting == WhileWaiting::help_others;
    --job->helpers;  // the job may be gone as soon as the lock is released
    all_left_.notify_all();
    if (wakes_helpers) wake_.notify_all();
  }

  std::mutex resize_mutex_, mutex_;
  std::condition_variable wake_, all_left_;
  std::vector<Job*> jobs_;
  std::atomic<std::size_t> waiting_ = 0;  // size of jobs_, readable without the lock
  std::vector<std::thread> workers_;
  std::atomic<std::size_t> size_ = 0;
  bool stopping_ = false;
};

/// The pool of this process. A child of fork() does not have its parent's threads, so it creates its own pool on first
/// use.
class PoolOwner {
 public:
  PoolOwner() {
    // The lock is held during the fork, so that no other thread holds it in the child.
    ::pthread_atfork([] { instance().making_.lock(); }, [] { instance().making_.unlock(); },
                     [] {
                       instance().abandon();
                       instance().making_.unlock();
                     });
  }
  ~PoolOwner() { delete pool_.load(); }

  static PoolOwner& instance() {
    static PoolOwner owner;
    return owner;
  }

  Pool& pool() {
    if (Pool* const pool = pool_.load(std::memory_order_acquire)) return *pool;
    const std::lock_guard lock(making_);
    if (pool_.load() == nullptr) pool_.store(new Pool(threads_));
    return *pool_.load();
  }

 private:
  /// Leaks the parent's pool in the child: its threads cannot be joined, and one of them may hold its locks.
  void abandon() {
    if (const Pool* const pool = pool_.exchange(nullptr)) threads_ = pool->size();
  }

  std::mutex making_;
  std::atomic<Pool*> pool_ = nullptr;
  std::size_t threads_ = 0;  // size of the pool to create; 0: the number of hardware threads
};

Pool& pool() { return PoolOwner::instance().pool(); }

}  // namespace

std::size_t threads() { return pool().size(); }
void resize_thread_pool(std::size_t threads) { pool().resize(threads); }

void run_parallel(std::size_t count, void (*work)(const void* context, std::size_t i), const void* context,
                  WhileWaiting waiting) {
  if (count == 0) return;
  if (count == 1 || threads() == 1) {
    for (std::size_t i = 0; i < count; ++i) work(context, i);
    return;
  }
  Job job{.work = work, .context = context, .count = count, .waiting = waiting};
  pool().run(job);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace limn
