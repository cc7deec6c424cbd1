#pragma once

#include <nanobind/nanobind.h>

#include <chrono>
#include <exception>
#include <utility>

#include "limn/watch.h"

namespace limn::python {

namespace nb = nanobind;

/// Lets Python interrupt a call and see its progress, while the call itself runs without the GIL.
class PythonWatch {
 public:
  /// @param progress called with (done, total), or None
  explicit PythonWatch(nb::object progress) : progress_(std::move(progress)) {}

  /// Calls work(watch) without the GIL. Ctrl-C, and exceptions of `progress`, end it with that exception.
  template <class Work>
  auto run(const Work& work) {
    Watch watch;
    watch.cancelled = [this] { return is_interrupted(); };
    if (!progress_.is_none()) watch.progress = [this](std::size_t done, std::size_t total) { report(done, total); };
    try {
      const nb::gil_scoped_release released;
      return work(std::as_const(watch));
    } catch (const Cancelled&) {
      if (error_) std::rethrow_exception(error_);
      throw;
    }
  }

 private:
  /// Signal handlers of Python run on the main thread when it asks; other threads see none. Asking costs a lock, so it
  /// is done ten times a second.
  bool is_interrupted() {
    if (error_) return true;
    const auto now = std::chrono::steady_clock::now();
    if (now - asked_ < std::chrono::milliseconds(100)) return false;
    asked_ = now;
    const nb::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) keep_error();
    return error_ != nullptr;
  }

  void report(std::size_t done, std::size_t total) {
    if (error_) return;
    const nb::gil_scoped_acquire held;
    try {
      progress_(done, total);
    } catch (const nb::python_error&) {
      error_ = std::current_exception();
    }
  }

  void keep_error() {
    try {
      throw nb::python_error();
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  nb::object progress_;
  std::exception_ptr error_;
  std::chrono::steady_clock::time_point asked_ = std::chrono::steady_clock::now();
};

}  // namespace limn::python
