#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::HasSubstr;

TEST(Index, LeavesNoFileIfThereIsNothingToIndex) {
  const Folder folder;
  const std::string text = folder.write("a.txt", "Oslo is the capital of Norway."), file = folder / "new.limn";
  std::filesystem::create_directory(folder / "empty");
  for (const std::string& documents : {folder / "missing", folder / "empty"}) {
    const Result result = run({"index", documents, "-o", file, "--words-only"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr(documents));
    EXPECT_FALSE(std::filesystem::exists(file));
  }
  // What was there, or was indexed before the error, stays.
  ASSERT_EQ(run({"index", text, "-o", file, "--words-only"}).code, 0);
  EXPECT_EQ(run({"index", folder / "missing", "-o", file, "--words-only"}).code, 1);
  EXPECT_THAT(run({"search", "--collection", file, "capital", "--format", "json"}).out, HasSubstr("Oslo"));
}

}  // namespace
}  // namespace limn::cli_test
