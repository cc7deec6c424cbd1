#include "apps/server/serial.h"

#include <utility>

namespace limn::server {

Serial::Serial() : thread_([this] { run(); }) {}

Serial::~Serial() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Serial::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(work));
  }
  wake_.notify_one();
}

std::size_t Serial::waiting() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

void Serial::flush() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return tasks_.empty() && !working_; });
}

void Serial::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    working_ = true;
    {
      const auto work = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      work();
    }
    lock.lock();
    working_ = false;
    if (tasks_.empty()) idle_.notify_all();
  }
}

}  // namespace limn::server
