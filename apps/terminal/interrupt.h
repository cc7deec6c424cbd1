#pragma once

#include <signal.h>

#include <string_view>

namespace limn {

/// While it lives, Ctrl-C says something, removes an unfinished file, and ends the program with exit code 130.
/// At most one lives at a time.
class OnInterrupt {
 public:
  /// @param message a line for standard error without its end; may be empty. @param unfinished may be empty.
  OnInterrupt(std::string_view message, std::string_view unfinished);
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;
  ~OnInterrupt();

 private:
  struct sigaction before_ {};
};

/// Where none of these lives, Ctrl-C wipes a progress bar and ends the program as it always does.
void wipe_line_on_interrupt();

}  // namespace limn
