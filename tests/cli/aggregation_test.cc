// --aggregation of token classification. The numbers are tested in tests/task, against transformers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string tagger = LIMN_SOURCE_DIR "/tests/task/data/models/ner-xlmr";

TEST(Aggregation, IsAnOptionOfPredictAndExplain) {
  for (const std::string name : {"simple", "first", "average", "max"}) {
    const Result predicted = run({"predict", "-m", tagger, "--text", "Lena Petrov, in Oslo.", "--aggregation", name});
    ASSERT_EQ(predicted.code, 0) << predicted.err;
    const std::vector<Json> rows = json_lines(predicted.out);
    ASSERT_EQ(rows.size(), 1u);
    std::vector<std::string> found;
    for (const Json& entity : rows[0]["prediction"]["entities"]) found.push_back(entity["text"]);
    EXPECT_THAT(found, ElementsAre("Lena Petrov", "Oslo")) << name;
    const Result explained = run({"explain", "-m", tagger, "--text", "Lena Petrov, in Oslo.", "--aggregation", name});
    ASSERT_EQ(explained.code, 0) << explained.err;
    EXPECT_EQ(json_lines(explained.out)[0]["target"]["label"], "B-PER") << name;
  }
}

TEST(Aggregation, RefusesOtherNames) {
  const Result result = run({"predict", "-m", tagger, "--text", "Lena", "--aggregation", "mean"});
  EXPECT_NE(result.code, 0);
  EXPECT_THAT(result.err, AllOf(HasSubstr("--aggregation"), HasSubstr("simple, first, average, max")));
}

}  // namespace
}  // namespace limn::cli_test
