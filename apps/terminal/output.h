#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "apps/terminal/interrupt.h"
#include "limn/error.h"
#include "render/terminal.h"

namespace limn {

/// The destination of a command's output: a file, or standard output if none is given.
/// A file appears only when it is complete; devices and pipes are written to directly.
class Output {
 public:
  /// @throws Error if the file cannot be written.
  explicit Output(const std::optional<std::string>& file);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();  ///< removes an unfinished file

  /// @throws Error if writing fails (for example because the disk is full).
  void write(std::string_view text);
  void finish();

 private:
  [[noreturn]] void fail(int error) const;

  std::string name_, temporary_;
  std::optional<OnInterrupt> remove_temporary_;
  std::FILE* stream_ = stdout;
};

/// Writes the whole output of a command.
void write_output(const std::optional<std::string>& file, std::string_view text);

/// Whether the file exists and is a device, a pipe, an open descriptor (/dev/stdout) or something else that must not be
/// replaced.
bool is_special_file(const std::string& file);

/// Returns what standard output can show, from the environment and the terminal's size; plain text for a file.
TerminalStyle output_style(bool to_file, bool show_special);

/// Returns an error's message with its field as an option of the command: "--max-length" for "max_length".
std::string message_of(const Error& error);

/// Opens the standard descriptors that are closed, such that reading and writing them fails: otherwise the next file
/// that is opened would take their place, and messages would be written into it.
void reserve_standard_descriptors();

/// Writes to standard error. Never fails: there is no better place to report that it is full or closed.
void write_to_standard_error(std::string_view text) noexcept;

/// Writes a line to standard error: "limn: " and the message, whose control characters are made visible. Line feeds are
/// kept. Never throws.
void complain(std::string_view message) noexcept;

}  // namespace limn
