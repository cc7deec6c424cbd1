#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace limn::server {

/// A thread that does what it is given, one after the other.
class Serial {
 public:
  Serial();
  /// Does first what is there.
  ~Serial();

  /// @param work must not throw.
  void post(std::function<void()> work);
  std::size_t waiting() const;
  /// Waits until nothing is left to do.
  void flush();

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::deque<std::function<void()>> works_;
  bool working_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace limn::server
