#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

/// Runs the built command as a user would, in a separate process.

namespace limn::cli_test {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

inline std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

inline std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> result;
  for (const auto& line : lines(text)) result.push_back(Json::parse(line));
  return result;
}

/// Returns JSON lines without the measured times.
inline std::string without_seconds(const std::string& text) {
  std::string result;
  for (auto& object : json_lines(text)) {
    object.erase("seconds");
    result += object.dump() + "\n";
  }
  return result;
}

/// A temporary folder, which the destructor removes.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "limn-cli.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  const fs::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file and returns its name.
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return *this / name;
  }

 private:
  fs::path path_;
};

struct Result {
  int code = -1;   ///< exit code; -1 if a signal ended it
  int signal = 0;  ///< the signal that ended it
  std::string out, err;
};

struct Setting {
  std::string input = {};                               ///< standard input
  std::map<std::string, std::string> environment = {};  ///< added to a small fixed one
  fs::path folder = fs::temp_directory_path();          ///< current folder
  int error = -1;                                       ///< descriptor for standard error; -1: a separate file
  /// On a terminal: stops the process most of its first three seconds, so that machines of any speed show what a run
  /// of more than two seconds shows.
  bool slowed = false;
};

/// In the child process: executes the command, with only the environment variables named here.
[[noreturn]] inline void become_limn(const std::vector<std::string>& arguments, const Setting& setting) {
  std::map<std::string, std::string> variables = {{"HOME", "/dev/null"}, {"LIMN_MODELS", LIMN_SOURCE_DIR "/models"}};
  // Sanitizers need theirs.
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "PATH"})
    if (const char* value = std::getenv(name)) variables[name] = value;
  for (const auto& [name, value] : setting.environment) variables[name] = value;
  std::vector<std::string> environment_text, argument_text = {LIMN_PROGRAM};
  for (const auto& [name, value] : variables) environment_text.push_back(name + "=" + value);
  argument_text.insert(argument_text.end(), arguments.begin(), arguments.end());
  const auto pointers = [](std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
  };
  if (::chdir(setting.folder.c_str()) != 0) ::_exit(126);
  ::execve(LIMN_PROGRAM, pointers(argument_text).data(), pointers(environment_text).data());
  ::_exit(127);
}

inline Result result_of(int status) {
  Result result;
  if (WIFEXITED(status)) result.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

/// A running command whose input and output are files.
class Running {
 public:
  explicit Running(const std::vector<std::string>& arguments, const Setting& setting = {}) {
    folder_.write("input", setting.input);
    const std::string in = folder_ / "input", out = folder_ / "out", err = folder_ / "err";
    process_ = ::fork();
    if (process_ < 0) std::abort();
    if (process_ > 0) return;
    ::dup2(::open(in.c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(setting.error >= 0 ? setting.error : ::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    become_limn(arguments, setting);
  }

  void send(int signal) const { ::kill(process_, signal); }
  /// Returns what the command has written to standard error so far.
  std::string errors() const { return read(folder_ / "err"); }
  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
  }
  Result wait() const {
    int status = 0;
    ::waitpid(process_, &status, 0);
    Result result = result_of(status);
    result.out = read(folder_ / "out");
    result.err = read(folder_ / "err");
    return result;
  }

 private:
  Folder folder_;
  pid_t process_ = -1;
};

inline Result run(const std::vector<std::string>& arguments, const Setting& setting = {}) {
  return Running(arguments, setting).wait();
}

/// Runs the command on a pseudo-terminal, which is standard input, output and error; `out` holds all output.
inline Result run_on_terminal(const std::vector<std::string>& arguments, unsigned short columns,
                              const Setting& setting = {}) {
  winsize size{};
  size.ws_row = 50;
  size.ws_col = columns;
  int terminal = -1;
  const pid_t process = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (process < 0) std::abort();
  if (process == 0) become_limn(arguments, setting);
  std::jthread brake;
  if (setting.slowed) {
    brake = std::jthread([process] {
      for (int i = 0; i < 12; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
        ::kill(process, SIGSTOP);
        std::this_thread::sleep_for(std::chrono::milliseconds(225));
        ::kill(process, SIGCONT);
      }
    });
  }
  std::string out;
  char buffer[4096];
  for (ssize_t bytes; (bytes = ::read(terminal, buffer, sizeof buffer)) > 0;)  // EIO when limn ends
    out.append(buffer, static_cast<std::size_t>(bytes));
  if (brake.joinable()) brake.join();  // before the process is waited for: its number is still its own
  int status = 0;
  ::waitpid(process, &status, 0);
  ::close(terminal);
  Result result = result_of(status);
  for (const char c : out)
    if (c != '\r') result.out += c;
  return result;
}

/// Returns the folder of a tiny checkpoint made with PyTorch; see tests/golden.
inline std::string golden(const std::string& name) { return LIMN_SOURCE_DIR "/tests/golden/" + name; }

}  // namespace limn::cli_test
