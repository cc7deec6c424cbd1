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
    works_.push_back(std::move(work));
  }
  wake_.notify_one();
}

std::size_t Serial::waiting() const {
  const std::lock_guard lock(mutex_);
  return works_.size();
}

void Serial::flush() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return works_.empty() && !working_; });
}

void Serial::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !works_.empty(); });
    if (works_.empty()) return;
    working_ = true;
    {
      const auto work = std::move(works_.front());
      works_.pop_front();
      lock.unlock();
      work();
    }
    lock.lock();
    working_ = false;
    if (works_.empty()) idle_.notify_all();
  }
}

}  // namespace limn::server
