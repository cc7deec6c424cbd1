#include "apps/terminal/output.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>

#include "base/output_file.h"
#include "limn/error.h"
#include "render/display_text.h"

namespace limn {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The open descriptor that a path names: 1 for /dev/stdout. Opening such a path again would truncate the file behind
/// it, and forget the place of ">>".
std::optional<int> named_descriptor(std::string_view file) {
  if (file == "/dev/stdout") return STDOUT_FILENO;
  if (file == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!file.starts_with(folder)) continue;
    const std::string_view number = file.substr(folder.size());
    int descriptor = -1;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), descriptor);
    if (error == std::errc() && end == number.data() + number.size()) return descriptor;
  }
  return std::nullopt;
}

}  // namespace

Output::Output(const std::optional<std::string>& file) : name_(file.value_or("standard output")) {
  if (!file) return;
  if (const auto named = named_descriptor(*file)) {
    const int descriptor = ::fcntl(*named, F_DUPFD_CLOEXEC, 0);
    stream_ = descriptor < 0 ? nullptr : ::fdopen(descriptor, "w");
  } else if (is_special_file(*file)) {
    stream_ = std::fopen(file->c_str(), "we");
  } else {
    std::error_code ignored;
    if (std::filesystem::is_directory(*file, ignored)) fail(EISDIR);
    remove_temporary_.emplace("");
    const int descriptor = create_beside(*file, temporary_);
    if (descriptor < 0) {
      const int error = errno;
      temporary_.clear();
      remove_temporary_->release("");
      fail(error);
    }
    remove_temporary_->release(temporary_);
    stream_ = ::fdopen(descriptor, "w");
  }
  if (!stream_) fail(errno);
}

Output::~Output() {
  if (stream_ != stdout) std::fclose(stream_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void Output::fail(int error) const {
  throw Error({.file = name_, .found = std::strerror(error), .expected = "a place that can be written to"});
}

void Output::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stream_) != text.size() || std::fflush(stream_) != 0) fail(errno);
}

void Output::finish() {
  if (std::fflush(stream_) != 0) fail(errno);
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), name_.c_str()) != 0) fail(errno);
  temporary_.clear();
  remove_temporary_.reset();
}

void write_output(const std::optional<std::string>& file, std::string_view text) {
  Output output(file);
  output.write(text);
  output.finish();
}

bool is_special_file(const std::string& file) {
  std::error_code ignored;
  return named_descriptor(file) || std::filesystem::is_other(std::filesystem::status(file, ignored));
}

TerminalStyle output_style(bool to_file, bool show_special) {
  const bool is_terminal = !to_file && ::isatty(STDOUT_FILENO) == 1;
  winsize size{};
  const bool known = is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  TerminalStyle style = terminal_style({.is_terminal = is_terminal,
                                        .no_color = environment("NO_COLOR"),
                                        .color_term = environment("COLORTERM"),
                                        .term = environment("TERM"),
                                        .color_fg_bg = environment("COLORFGBG")},
                                       known ? size.ws_col : 80);
  // The prompt needs a line.
  if (is_terminal) style.lines = known && size.ws_row > 1 ? size.ws_row - 1U : 23;
  style.show_special = show_special;
  return style;
}

std::string message_of(const Error& error) {
  std::string option = error.parts().field;
  if (option.empty()) return error.what();
  std::ranges::replace(option, '_', '-');
  return error.message_with("--" + option);
}

void reserve_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0)  // open() returns the lowest free descriptor, which is this one
      (void)::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void write_to_standard_error(std::string_view text) noexcept {
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
  (void)std::fflush(stderr);
}

void complain(std::string_view message) noexcept {
  try {
    // One write: lines of several processes do not mix.
    write_to_standard_error("limn: " + visible(message, {.keep_layout = true}) + "\n");
  } catch (const std::bad_alloc&) {
    write_to_standard_error("limn: out of memory\n");
  }
}

}  // namespace limn
