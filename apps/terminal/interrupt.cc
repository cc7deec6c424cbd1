#include "apps/terminal/interrupt.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>

#include "apps/terminal/exit_code.h"
#include "render/display_text.h"

namespace limn {
namespace {

// A signal handler may only use plain memory and async-signal-safe functions such as write, unlink and _exit.
std::array<char, 4096 + 512> message_text;
std::size_t message_bytes = 0;
std::array<char, 4096> unfinished_file;  // null-terminated; empty: none

volatile std::sig_atomic_t is_held = 0, came_while_held = 0;

void interrupt(int) {
  if (is_held != 0) {
    came_while_held = 1;
    return;
  }
  if (unfinished_file.front() != 0) ::unlink(unfinished_file.data());
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, message_text.data(), message_bytes);
  ::_exit(interrupted);
}

constexpr std::string_view wipe_line = "\r\x1b[K";

void wipe_and_end(int signal) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, wipe_line.data(), wipe_line.size());
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void report_truncated_file(int signal, siginfo_t* info, void*) {
  if (info->si_code != BUS_ADRERR) {  // not a page beyond the end of a mapped file
    ::signal(signal, SIG_DFL);
    return;  // the instruction faults again
  }
  constexpr std::string_view message =
      "limn: a file of the model was truncated or could not be read while limn was using it; "
      "replace files by renaming new ones over them\n";
  if (unfinished_file.front() != 0) ::unlink(unfinished_file.data());
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, message.data(), message.size());
  ::_exit(users_mistake);
}

}  // namespace

void explain_truncated_files() {
  struct sigaction action {};
  action.sa_sigaction = report_truncated_file;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
}

void wipe_line_on_interrupt() {
  struct sigaction before {};
  ::sigaction(SIGINT, nullptr, &before);
  // Background jobs of a shell ignore Ctrl-C and must keep doing so; without a terminal there is no progress bar.
  if (before.sa_handler == SIG_DFL && ::isatty(STDERR_FILENO) == 1) ::signal(SIGINT, wipe_and_end);
}

OnInterrupt::OnInterrupt(std::string_view message, std::string_view unfinished) : OnInterrupt(message) {
  release(unfinished);
}

OnInterrupt::OnInterrupt(std::string_view message) {
  std::string line = ::isatty(STDERR_FILENO) == 1 ? std::string(wipe_line) : "";  // there may be a progress bar
  if (!message.empty()) line += "limn: " + visible(message) + "\n";
  message_bytes = std::min(line.size(), message_text.size());
  std::copy_n(line.begin(), message_bytes, message_text.begin());
  unfinished_file.fill(0);
  is_held = 1;
  came_while_held = 0;
  struct sigaction action {};
  action.sa_handler = interrupt;
  ::sigaction(SIGINT, &action, &before_);
}

void OnInterrupt::release(std::string_view unfinished) {
  if (unfinished.size() < unfinished_file.size())
    std::copy(unfinished.begin(), unfinished.end(), unfinished_file.begin());
  is_held = 0;
  if (came_while_held != 0) interrupt(SIGINT);
}

OnInterrupt::~OnInterrupt() { ::sigaction(SIGINT, &before_, nullptr); }

}  // namespace limn
