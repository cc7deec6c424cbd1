#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

namespace limn {

struct Word;

/// Observes a running call: receives its progress, and can cancel it.
struct Watch {
  /// Called periodically during work that takes many passes, on the thread that made the call.
  std::function<void(std::size_t done, std::size_t total)> progress = {};
  /// Called periodically by methods that draw samples (shapley, kernel-shap, lime, rise, smoothgrad), on the thread
  /// that made the call, with the scores so far: words as in the result, with their standard errors.
  std::function<void(const std::vector<Word>& words)> partial = {};
  /// Checked before each pass through the model, forward or backward, on the thread that made the call; before several
  /// passes that run at once. Once it returns true, no further pass runs and the call throws Cancelled.
  std::function<bool()> cancelled = {};
};

/// Thrown by a call that its Watch cancelled. It is not an Error, because nobody made a mistake.
class Cancelled : public std::exception {
 public:
  /// "the work was cancelled".
  const char* what() const noexcept override { return "the work was cancelled"; }
};

}  // namespace limn
