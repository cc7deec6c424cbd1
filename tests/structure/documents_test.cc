// What the documents say about the repository is true.
#include <gtest/gtest.h>

#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "structure/source_tree.h"

namespace limn {
namespace {

using std::filesystem::path;

std::vector<path> documents() {
  std::vector<path> files = files_below("docs", {".md"});
  for (const auto* file :
       {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "models/README.md", "tests/golden/README.md"})
    files.emplace_back(file);
  return files;
}

/// All of `expression`'s matches of group 1 in a file's lines.
std::vector<std::string> matches(const path& file, const std::regex& expression) {
  std::vector<std::string> found;
  for (const auto& line : lines_of(file))
    for (std::sregex_iterator match(line.begin(), line.end(), expression), end; match != end; ++match)
      found.push_back((*match)[1]);
  return found;
}

TEST(Documents, EachLinkLeadsToAFile) {
  const std::regex link(R"(\]\(([^)#: ]+)(#[^)]*)?\))");
  for (const auto& file : documents()) {
    ASSERT_TRUE(std::filesystem::exists(source_tree / file)) << file;
    for (const auto& target : matches(file, link))
      EXPECT_TRUE(std::filesystem::exists(source_tree / file.parent_path() / target)) << file << ": " << target;
  }
}

TEST(Documents, EachPathIsThere) {
  // A path from the root that stands on its own, or in quotes, and has no placeholder in it.
  const std::regex mention(
      R"((?:^|[\s`"'(])((?:src|apps|web|include|tests|docs|tools|models|fuzz|bench|cmake|\.ci)/[\w./-]*\w)(?![\w*<{/]))");
  std::vector<path> files = documents();
  for (const auto* folder : {"src", "apps", "include", "cmake"})
    for (const auto& file : files_below(folder, {".cc", ".h", ".cmake"})) files.push_back(file);
  std::size_t mentions = 0;
  for (const auto& file : files) {
    for (const auto& target : matches(file, mention)) {
      ++mentions;
      EXPECT_TRUE(std::filesystem::exists(source_tree / target)) << file << " mentions " << target;
    }
  }
  EXPECT_GT(mentions, 0u);
}

TEST(Documents, EachDependencyHasItsReason) {
  std::string reasons;
  for (const auto& line : lines_of("docs/dependencies.md")) reasons += line + '\n';
  std::vector<std::string> names;
  for (const auto* file : {"CMakeLists.txt", "cmake/tests.cmake"}) {
    for (const auto& name : matches(file, std::regex(R"(find_package\((\w+))"))) names.push_back(name);
    for (const auto& name : matches(file, std::regex(R"(pkg_check_modules\(.* ([\w-]+)\))"))) names.push_back(name);
  }
  EXPECT_GE(names.size(), 8u);
  for (const auto& name : names)
    EXPECT_NE(reasons.find('`' + name + '`'), std::string::npos) << "docs/dependencies.md has no line for " << name;

  // The packages that tools/setup.sh installs: what stands in packages=( … ) and packages+=( … ).
  std::string script;
  for (const auto& line : lines_of("tools/setup.sh")) script += line + ' ';
  const std::regex list(R"(packages\+?=\(([^)]*)\))");
  std::size_t packages = 0;
  for (std::sregex_iterator match(script.begin(), script.end(), list), end; match != end; ++match) {
    std::istringstream words((*match)[1].str());
    for (std::string name; words >> name; ++packages)
      EXPECT_NE(reasons.find('`' + name + '`'), std::string::npos) << "docs/dependencies.md has no package " << name;
  }
  EXPECT_GE(packages, 12u);
}

TEST(Documents, DiffsFitTheSources) {
  std::size_t compared = 0;
  for (const auto& file : documents()) {
    bool inside = false;
    std::vector<std::string> source;
    for (const auto& line : lines_of(file)) {
      if (line.starts_with("```")) {
        inside = line == "```diff";
      } else if (inside && line.starts_with("+++ b/")) {
        source = lines_of(line.substr(6));
        EXPECT_FALSE(source.empty()) << line;
      } else if (inside && (line.starts_with(" ") || (line.starts_with("-") && !line.starts_with("---")))) {
        ++compared;
        EXPECT_NE(std::ranges::find(source, line.substr(1)), source.end()) << file << ": no line \"" << line << '"';
      }
    }
  }
  EXPECT_GE(compared, 3u);
}

}  // namespace
}  // namespace limn
