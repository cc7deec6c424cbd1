// What is installed is hardened (cmake/hardening.cmake): readelf reads the binaries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace limn {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

std::string readelf(const std::string& options, const std::filesystem::path& file) {
  std::string text;
  std::array<char, 4096> buffer{};
  FILE* const pipe = ::popen(("readelf -W " + options + " '" + file.string() + "' 2>/dev/null").c_str(), "r");
  if (!pipe) return text;
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    text.append(buffer.data(), count);
  ::pclose(pipe);
  return text;
}

[[maybe_unused]] std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

const std::filesystem::path built = LIMN_BINARY_DIR;

TEST(Hardening, Programs) {
  if (!std::filesystem::exists(built / "limn")) GTEST_SKIP() << "the command is not built";
  std::size_t programs = 0;
  std::vector<const char*> names = {"limn", "limn-pull"};
  if (std::filesystem::exists(built / "limn-pdf")) names.push_back("limn-pdf");
  for (const char* name : names) {
    const std::string headers = readelf("-l", built / name), dynamic = readelf("-d", built / name);
    ASSERT_FALSE(headers.empty()) << "readelf (binutils) is needed";
    EXPECT_THAT(headers, HasSubstr("GNU_RELRO")) << name;
    EXPECT_THAT(headers, ContainsRegex("GNU_STACK[^\n]* RW ")) << name;  // no executable stack
    EXPECT_THAT(headers, HasSubstr("DYN")) << name;                      // a position-independent executable
    EXPECT_THAT(dynamic, HasSubstr("NOW")) << name;                      // relocations are read-only before main
#ifdef NDEBUG
    const std::string symbols = readelf("--dyn-syms", built / name);
    EXPECT_THAT(symbols, HasSubstr("__stack_chk_fail")) << name;
    EXPECT_THAT(symbols, ContainsRegex("__[a-z]+_chk@")) << name;  // FORTIFY_SOURCE
#endif
    ++programs;
  }
  EXPECT_EQ(programs, names.size());
}

#if defined(NDEBUG) && defined(__x86_64__)
TEST(Hardening, ObjectsOfTheLibraryAreMarkedForControlFlowEnforcement) {
  // The linker keeps the marks only if all objects have them; those with which Debian 12 starts a program do not.
  const std::string notes = readelf("-n", built / "liblimn.a");
  const std::size_t objects = count_of(notes, "File: ");
  EXPECT_GT(objects, 25u);  // the files of a folder are compiled together
  EXPECT_EQ(count_of(notes, "IBT, SHSTK"), objects);
}
#endif

}  // namespace
}  // namespace limn
