// Each command in README.md that starts with `limn` or `build/limn`, or pipes into it, succeeds.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

namespace limn {
namespace {

namespace fs = std::filesystem;

struct Command {
  std::string text;
  std::size_t line = 0;
  friend void PrintTo(const Command& command, std::ostream* stream) {
    *stream << "line " << command.line << ": " << command.text;
  }
};

/// The commands in ```sh blocks; a line that ends in a backslash continues on the next.
std::vector<Command> commands() {
  std::ifstream stream(fs::path(LIMN_SOURCE_DIR) / "README.md");
  std::vector<Command> found;
  bool inside = false, continued = false;
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.starts_with("```")) {
      inside = line == "```sh";
      continue;
    }
    if (!inside) continue;
    if (continued)
      found.back().text += '\n' + line;
    else if (line.starts_with("limn ") || line.starts_with("build/limn ") ||
             line.find("| build/limn ") != std::string::npos || line.find("| limn ") != std::string::npos)
      found.push_back({line, number});
    else
      continue;
    continued = line.ends_with('\\');
  }
  return found;
}

/// A folder that looks like the repository with limn built in it, where commands may write files.
fs::path playground() {
  const fs::path folder = fs::path(LIMN_BINARY_DIR) / "readme";
  fs::create_directories(folder / "build");
  const auto link = [](const fs::path& to, const fs::path& at) {
    // Several tests may run at once: another one may have created the link.
    std::error_code ignored;
    fs::create_symlink(to, at, ignored);
  };
  link(LIMN_PROGRAM, folder / "build" / "limn");
  for (const char* name : {"models", "tests", "tools"}) link(fs::path(LIMN_SOURCE_DIR) / name, folder / name);
  return folder;
}

class Readme : public testing::TestWithParam<Command> {};

TEST_P(Readme, CommandSucceedsWithOutput) {
  const std::string shell =
      "cd '" + playground().string() + "' && PATH=\"$PWD/build:$PATH\" && set -e\n" + GetParam().text + "\n";
  std::FILE* pipe = ::popen(shell.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  char buffer[4096];
  for (std::size_t size; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, size);
  EXPECT_EQ(::pclose(pipe), 0) << output;
  const bool into_file = GetParam().text.find("--output ") != std::string::npos;
  EXPECT_TRUE(into_file || !output.empty());
}

INSTANTIATE_TEST_SUITE_P(Commands, Readme, testing::ValuesIn(commands()),
                         [](const auto& info) { return "Line" + std::to_string(info.param.line); });

TEST(ReadmeItself, HasCommands) { EXPECT_GE(commands().size(), 5u); }

}  // namespace
}  // namespace limn
