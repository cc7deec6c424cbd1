#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "apps/terminal/interrupt.h"
#include "limn/error.h"
#include "render/terminal.h"

namespace limn {

/// Where a command's output goes: a file, or standard output if there is none.
/// A file is complete or not there at all; devices and pipes are written to as they are.
class Output {
 public:
  /// @throws Error if the file cannot be written.
  explicit Output(const std::optional<std::string>& file);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();  ///< drops an unfinished file

  /// @throws Error if it cannot be written (a full disk).
  void write(std::string_view text);
  void finish();

 private:
  [[noreturn]] void fail(int error) const;

  std::string name_, temporary_;
  std::optional<OnInterrupt> remove_temporary_;
  std::FILE* stream_ = stdout;
};

/// The whole output of a command.
void write_output(const std::optional<std::string>& file, std::string_view text);

/// Whether the file is there and is a device, a pipe or something else that must not be replaced.
bool is_special_file(const std::string& file);

/// What can be shown on standard output, by the environment and the terminal's size; plain text for a file.
TerminalStyle output_style(bool to_file, bool show_special);

/// An error's message with its field as an option of the command: "--max-length" for "max_length".
std::string message_of(const Error& error);

/// A line on standard error: "limn: " and the message.
void complain(std::string_view message);

}  // namespace limn
