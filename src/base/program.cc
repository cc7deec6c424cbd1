#include "base/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/output_file.h"
#include "limn/error.h"

namespace limn {
namespace {

namespace fs = std::filesystem;

/// A file in memory. Other programs that the host starts do not inherit it.
class MemoryFile {
 public:
  explicit MemoryFile(const fs::path& program) : descriptor_(::memfd_create("limn", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw Error({.file = program.string(), .found = std::strerror(errno)});
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }
  std::string content() const {
    const off_t end = ::lseek(descriptor_, 0, SEEK_END);
    std::string text(end > 0 ? static_cast<std::size_t>(end) : 0, '\0');
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t bytes = ::pread(descriptor_, text.data() + done, text.size() - done, static_cast<off_t>(done));
      if (bytes < 0 && errno == EINTR) continue;
      if (bytes <= 0) break;
      done += static_cast<std::size_t>(bytes);
    }
    text.resize(done);
    return text;
  }

 private:
  int descriptor_;
};

/// posix_spawn's settings, which need an end.
struct SpawnSettings {
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    // Ctrl-C ends the program also if a thread of the host waits for signals, which are then blocked in all others.
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

}  // namespace

std::optional<fs::path> program_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? std::nullopt : std::optional(program.parent_path());
}

std::optional<fs::path> find_program(std::string_view name) {
  const auto is_program = [](const fs::path& file) {
    std::error_code ignored;
    return fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
  };
  if (const auto folder = program_folder(); folder && is_program(*folder / name)) return *folder / name;
  const char* const variable = std::getenv("PATH");
  std::string_view folders = variable ? variable : "";
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const fs::path folder = folders.substr(0, end);
    // The current folder must not choose which program runs.
    if (folder.is_absolute() && is_program(folder / name)) return folder / name;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return std::nullopt;
}

ProgramResult run_program(const fs::path& program, std::string_view input) {
  const MemoryFile in(program), out(program), err(program);
  if (const int error = write_all(in.descriptor(), input))
    throw Error({.file = program.string(), .thing = "its input", .found = std::strerror(error)});
  ::lseek(in.descriptor(), 0, SEEK_SET);

  SpawnSettings settings;
  const std::array files = {in.descriptor(), out.descriptor(), err.descriptor()};
  for (int standard = 0; standard < 3; ++standard)
    ::posix_spawn_file_actions_adddup2(&settings.actions, files[static_cast<std::size_t>(standard)], standard);
  std::string name = program.string();
  const std::array<char*, 2> arguments = {name.data(), nullptr};
  pid_t process = -1;
  if (const int error =
          ::posix_spawn(&process, name.c_str(), &settings.actions, &settings.attributes, arguments.data(), environ))
    throw Error({.file = name, .found = std::strerror(error), .expected = "a program that can be run"});

  int status = 0;
  pid_t ended = -1;
  do ended = ::waitpid(process, &status, 0);
  while (ended < 0 && errno == EINTR);
  ProgramResult result;
  // A host that ignores SIGCHLD gets no status: what the program wrote must tell.
  if (ended == process) result.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  result.out = out.content();
  result.err = err.content();
  return result;
}

}  // namespace limn
