// The library speaks of options by their names; each front end spells them its own way.
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "structure/source_tree.h"

namespace limn {
namespace {

TEST(Fields, NoMessageOfTheLibraryNamesAFlag) {
  const std::regex text(R"re("(?:\\.|[^"\\])*")re"), flag("(^|[^-!<])--[a-z]");
  std::size_t files = 0, texts = 0;
  for (const auto& file : files_below("src", {".cc", ".h"})) {
    ++files;
    for (const std::string& whole : lines_of(file)) {
      const std::string line = whole.substr(0, whole.find("//"));
      for (std::sregex_iterator match(line.begin(), line.end(), text), end; match != end; ++match) {
        ++texts;
        const std::string found = match->str();
        EXPECT_FALSE(std::regex_search(found.substr(1), flag)) << file << ": " << found;
      }
    }
  }
  EXPECT_GT(files, 150u);
  EXPECT_GT(texts, 1000u);
}

}  // namespace
}  // namespace limn
