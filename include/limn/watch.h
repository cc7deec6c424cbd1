#pragma once

#include <cstddef>
#include <exception>
#include <functional>

namespace limn {

/// Looks on while a call works: hears how far it is, and can end it.
struct Watch {
  /// Called now and then by work of many passes, on the thread that made the call.
  std::function<void(std::size_t done, std::size_t total)> progress = {};
  /// Asked before each pass through the model, forward or backward, on the thread that made the call. After it has
  /// returned true no further pass runs, and the call throws Cancelled.
  std::function<bool()> cancelled = {};
};

/// Thrown by a call whose Watch ended it. It is no Error, because nobody made a mistake.
class Cancelled : public std::exception {
 public:
  /// "the work was cancelled".
  const char* what() const noexcept override { return "the work was cancelled"; }
};

}  // namespace limn
