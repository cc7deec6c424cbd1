#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace limn::server {

/// A thread that runs functions one after the other, in the order in which they were posted.
class Serial {
 public:
  Serial();
  /// Runs everything that has been posted first.
  ~Serial();

  /// @param work must not throw.
  void post(std::function<void()> work);
  std::size_t waiting() const;
  /// Waits until everything that was posted has run.
  void flush();

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::deque<std::function<void()>> tasks_;
  bool working_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace limn::server
