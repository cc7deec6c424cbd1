#pragma once

#include <csignal>
#include <string_view>

namespace limn {

/// During its lifetime, Ctrl-C prints a message, removes an unfinished file, and ends the program with exit code 130.
/// At most one object may exist at a time.
class OnInterrupt {
 public:
  /// @param message a line for standard error, without line feed; may be empty. @param unfinished name of the file to
  /// remove; may be empty.
  OnInterrupt(std::string_view message, std::string_view unfinished);
  /// The same, but Ctrl-C waits until release(): the file is created in between and must not stay behind.
  explicit OnInterrupt(std::string_view message);
  void release(std::string_view unfinished);
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;
  ~OnInterrupt();

 private:
  struct sigaction before_ {};
};

/// Makes Ctrl-C erase a progress bar and end the program as usual while no OnInterrupt exists.
void wipe_line_on_interrupt();

/// Makes a mapped file that another program truncates end the program with a message and exit code 1, not by SIGBUS.
void explain_truncated_files();

}  // namespace limn
