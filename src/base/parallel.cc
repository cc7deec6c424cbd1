#include "base/parallel.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace limn {
namespace {

/// One call of parallel_for: threads take indices until none are left.
struct Job {
  const std::function<void(std::size_t)>& work;
  const std::size_t count;
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> finished = 0;
  std::mutex mutex;
  std::condition_variable all_finished;
  std::exception_ptr error;

  Job(const std::function<void(std::size_t)>& work, std::size_t count) : work(work), count(count) {}

  bool exhausted() const { return next.load(std::memory_order_relaxed) >= count; }

  void help() {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
      }
      if (finished.fetch_add(1) + 1 == count) {
        const std::lock_guard lock(mutex);
        all_finished.notify_all();
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

  void run(const std::shared_ptr<Job>& job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(job);
    }
    wake_.notify_all();
    job->help();
    {
      const std::lock_guard lock(mutex_);
      std::erase(jobs_, job);
    }
    // The last calls usually finish at the same time, so spinning briefly avoids a sleep.
    for (int spin = 0; spin < 2000 && job->finished.load() != job->count; ++spin)
      std::atomic_signal_fence(std::memory_order_seq_cst);
    std::unique_lock lock(job->mutex);
    job->all_finished.wait(lock, [&] { return job->finished.load() == job->count; });
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
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      const std::shared_ptr<Job> job = jobs_.front();
      if (job->exhausted()) {
        jobs_.pop_front();
        continue;
      }
      lock.unlock();
      job->help();
      lock.lock();
    }
  }

  std::mutex resize_mutex_, mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> jobs_;
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

void set_threads(std::size_t threads) { pool().resize(threads); }
std::size_t threads() { return pool().size(); }

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) {
  if (count == 0) return;
  if (count == 1 || threads() == 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  const auto job = std::make_shared<Job>(work, count);
  pool().run(job);
  if (job->error) std::rethrow_exception(job->error);
}

}  // namespace limn
