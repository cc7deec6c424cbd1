// Programs that the library runs.
#include "base/program.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "limn/error.h"

namespace limn {
namespace {

namespace fs = std::filesystem;

class Programs : public testing::Test {
 protected:
  Programs() { fs::create_directories(folder_); }
  ~Programs() override {
    ::setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

  fs::path script(const std::string& name, const std::string& text) const {
    const fs::path file = folder_ / name;
    std::ofstream(file) << "#!/bin/sh\n" << text << "\n";
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("limn_programs_" + std::to_string(::getpid()));
  const std::string path_ = std::getenv("PATH") ? std::getenv("PATH") : "";
};

TEST_F(Programs, GetTheirInputAndReturnTheirOutput) {
  const std::string input(3'000'000, 'x');  // more than a pipe holds
  const ProgramResult result = run_program(script("copy", "cat; echo done >&2; exit 7"), input);
  EXPECT_EQ(result.code, 7);
  EXPECT_EQ(result.out, input);
  EXPECT_EQ(result.err, "done\n");
}

TEST_F(Programs, ASignalThatEndsOneIsInItsCode) {
  EXPECT_EQ(run_program(script("killed", "kill -9 $$"), "").code, 137);
}

TEST_F(Programs, OneThatDoesNotReadItsInputEnds) {
  EXPECT_EQ(run_program(script("deaf", "exit 0"), std::string(1'000'000, 'x')).code, 0);
}

TEST_F(Programs, OneThatCannotBeRunIsAnError) {
  EXPECT_THROW(run_program(folder_ / "missing", ""), Error);
  std::ofstream(folder_ / "text") << "text";
  EXPECT_THROW(run_program(folder_ / "text", ""), Error);
}

TEST_F(Programs, AreFoundInPathButNotInTheCurrentFolder) {
  const fs::path program = script("limn-try", "exit 0");
  std::ofstream(folder_ / "limn-text") << "not a program";
  ::setenv("PATH", ("/nonexistent::" + folder_.string()).c_str(), 1);
  EXPECT_EQ(find_program("limn-try"), program);
  EXPECT_EQ(find_program("limn-text"), std::nullopt);
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  ::setenv("PATH", ".::", 1);
  EXPECT_EQ(find_program("limn-try"), std::nullopt);
  fs::current_path(before);
  ::unsetenv("PATH");
  EXPECT_EQ(find_program("limn-try"), std::nullopt);
}

TEST_F(Programs, AreFoundBesideTheOneThatRuns) {
  ::unsetenv("PATH");
  const auto found = find_program("base_test");
  ASSERT_TRUE(found);
  EXPECT_EQ(fs::canonical(*found), fs::canonical("/proc/self/exe"));
}

}  // namespace
}  // namespace limn
