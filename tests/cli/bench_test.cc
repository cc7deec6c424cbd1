// limn bench: instruction sets and wrong names. Its fields are tested with those of the other commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

TEST(Bench, RunsTheInstructionSetThatTheEnvironmentNames) {
  const Folder folder;
  const std::string file = folder.write("rows.jsonl", "{\"text\": \"a good film\"}\n");
  for (const std::string isa : {"baseline", "amx-emulated"}) {  // the two that every processor can run
    const Result result = run({"bench", "-m", golden("bert-cls"), "--input", file, "--method", "gradient"},
                              {.environment = {{"LIMN_ISA", isa}}});
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(Json::parse(result.out)["isa"], isa);
  }
}

TEST(Bench, UnknownMethodListsForward) {
  const Result result = run({"bench", "-m", golden("bert-cls"), "--input", "-", "--method", "foward"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, testing::HasSubstr("'foward'"));
  EXPECT_THAT(result.err, testing::HasSubstr("forward, gradient, gradient-x-input"));
}

}  // namespace
}  // namespace limn::cli_test
