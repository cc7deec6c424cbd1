#include "base/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "limn/error.h"

namespace limn {

int create_beside(const std::filesystem::path& path, std::string& temporary) {
  static std::atomic<unsigned> created = 0;
  // Names differ by the counter within a process, and by the process id between processes; O_EXCL rules out the rest.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    temporary = fmt::format("{}.{:x}-{:x}", path.string(), ::getpid(), created++);
    const int file = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0 || errno != EEXIST) return file;
  }
  return -1;
}

int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  const auto fail = [&](int error) {
    throw Error({.file = path.string(), .found = std::strerror(error), .expected = "a place that can be written to"});
  };
  std::string temporary;
  const int file = create_beside(path, temporary);
  if (file < 0) fail(errno);
  const auto give_up = [&](int error) {
    ::close(file);
    ::unlink(temporary.c_str());
    fail(error);
  };
  if (const int error = write_all(file, text); error != 0) give_up(error);
  if (::close(file) != 0 || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    fail(error);
  }
}

RegularFile open_regular_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // regular files ignore O_NONBLOCK
  if (file < 0) throw Error({.file = path.string(), .found = std::strerror(errno), .expected = "a readable file"});
  struct stat status = {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(file);
    throw Error({.file = path.string(), .found = "not a regular file", .expected = "a readable file"});
  }
  return {file, static_cast<std::size_t>(status.st_size)};
}

std::string read_file(const std::filesystem::path& path) {
  const RegularFile file = open_regular_file(path);
  std::string text(file.bytes, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::read(file.descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int error = errno;
      ::close(file.descriptor);
      throw Error({.file = path.string(), .found = std::strerror(error), .expected = "a readable file"});
    }
    if (count == 0) break;  // it was truncated meanwhile
    done += static_cast<std::size_t>(count);
  }
  ::close(file.descriptor);
  text.resize(done);
  return text;
}

}  // namespace limn
