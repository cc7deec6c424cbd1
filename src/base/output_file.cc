#include "base/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "limn/error.h"

namespace limn {

void write_file(const std::filesystem::path& path, std::string_view text) {
  const auto fail = [&](int error) {
    throw Error({.file = path.string(), .found = std::strerror(error), .expected = "a place that can be written to"});
  };
  std::string temporary = path.string() + ".XXXXXX";
  const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) fail(errno);
  const auto give_up = [&](int error) {
    ::close(file);
    ::unlink(temporary.c_str());
    fail(error);
  };
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) give_up(errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  // mkostemp makes private files; give it the mode that an ordinary new file would have.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(file, 0666 & ~mask) != 0) give_up(errno);
  if (::close(file) != 0 || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    fail(error);
  }
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (!stream || !std::filesystem::is_regular_file(path) || !(text << stream.rdbuf()).good()) {
    if (stream && std::filesystem::is_regular_file(path) && std::filesystem::file_size(path) == 0) return {};
    throw Error({.file = path.string(),
                 .found = stream ? "no readable file" : std::strerror(errno),
                 .expected = "a readable file"});
  }
  return std::move(text).str();
}

}  // namespace limn
