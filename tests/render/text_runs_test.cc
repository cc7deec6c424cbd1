#include "render/text_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"

namespace limn {
namespace {

std::vector<std::string> texts(const TextRuns& shown) {
  std::vector<std::string> result;
  for (const Run& run : shown.runs) result.emplace_back(shown.text.substr(run.begin, run.end - run.begin));
  return result;
}

std::string joined(const TextRuns& shown) {
  std::string result;
  for (const std::string& text : texts(shown)) result += text;
  return result;
}

TEST(TextRuns, SplitAtWordsTokensAndMarks) {
  const Explanation explanation = fixtures::macedonia();
  const auto result = text_runs(explanation);
  ASSERT_EQ(result.size(), 2u);
  EXPECT_EQ(joined(result[0]), explanation.text);
  EXPECT_EQ(joined(result[1]), *explanation.pair);
  const auto runs = texts(result[1]);
  EXPECT_THAT(std::vector(runs.end() - 6, runs.end()), testing::ElementsAre(" ", "Acha", "emenid", " ", "Persia", "."));
  const auto last = result[1].runs.end() - 1;
  EXPECT_EQ((last - 4)->word, (last - 3)->word);
  EXPECT_NE((last - 4)->token, (last - 3)->token);
  for (int i = 1; i <= 4; ++i) EXPECT_EQ((last - i)->mark, 0u) << i;
  EXPECT_FALSE(last->mark);
  EXPECT_FALSE((last - 2)->word);
}

TEST(TextRuns, MarkTheAnswer) {
  const Explanation explanation = fixtures::macedonia();
  const auto result = text_runs(explanation);
  EXPECT_TRUE(result[0].marks.empty());
  ASSERT_EQ(result[1].marks.size(), 1u);
  const Mark& mark = result[1].marks[0];
  EXPECT_EQ(explanation.pair->substr(mark.begin, mark.end - mark.begin), "Achaemenid Persia");
  EXPECT_EQ(mark.label, "answer");
  EXPECT_TRUE(mark.explained);
  EXPECT_TRUE(text_runs(fixtures::no_answer())[1].marks.empty());
}

TEST(TextRuns, MarkTheExplainedAnswerAndTheBestAnswer) {
  Explanation explanation = fixtures::macedonia();
  for (std::size_t i = 0; i < explanation.tokens.size(); ++i)
    if (explanation.tokens[i].token == "Sparta") explanation.target.start_token = explanation.target.end_token = i;
  const auto marks = text_runs(explanation)[1].marks;
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(explanation.pair->substr(marks[0].begin, 6), "Sparta");
  EXPECT_EQ(marks[0].label, "explained");
  EXPECT_TRUE(marks[0].explained);
  EXPECT_EQ(marks[1].label, "answer");
  EXPECT_FALSE(marks[1].explained);
}

TEST(TextRuns, MarkEntitiesAndTheExplainedOne) {
  const auto explanations = fixtures::entities();
  const auto marks = text_runs(explanations[1])[0].marks;
  ASSERT_EQ(marks.size(), 3u);
  EXPECT_FALSE(marks[0].explained);
  EXPECT_TRUE(marks[1].explained);
  EXPECT_EQ(marks[1].label, "PER");
  EXPECT_EQ(marks[2].label, "LOC");
}

TEST(TextRuns, SpecialTokensKeepTheirPositions) {
  const auto result = text_runs(fixtures::macedonia());
  EXPECT_THAT(result[0].before, testing::ElementsAre(0u));
  ASSERT_EQ(result[0].after.size(), 1u);
  EXPECT_TRUE(result[1].before.empty());
  EXPECT_EQ(result[1].after.size(), 1u);
}

TEST(TextRuns, FlagTextThatWasNotRead) {
  Explanation explanation;
  explanation.text = "one two three";
  explanation.tokens = {{"one", 1, 0, 0, 3, 0, false, 1}, {"two", 1, 0, 4, 7, 1, false, 1}};
  explanation.words = {{0, 3, 1, 0}, {4, 7, 1, 0}};
  const auto runs = text_runs(explanation)[0].runs;
  ASSERT_EQ(runs.size(), 4u);
  EXPECT_TRUE(runs[2].read);
  EXPECT_FALSE(runs[3].read);
}

TEST(TextRuns, NeverSplitGraphemeClusters) {
  Explanation explanation;
  explanation.text = "e\u0301 👩\u200D👧 x";  // bytes: 0 e, 1 accent, 3 space, 4 woman, 8 joiner, 11 girl, 15 space
  explanation.tokens = {{"e", 1, 0, 0, 1, 0, false, 1},   {"a", 1, 0, 1, 3, 0, false, 1},
                        {"w", 1, 0, 4, 8, 1, false, 1},   {"j", 1, 0, 8, 11, 1, false, 1},
                        {"g", 1, 0, 11, 15, 1, false, 1}, {"x", 1, 0, 16, 17, 2, false, 1}};
  explanation.words = {{0, 1, 1, 0}, {4, 8, 1, 0}, {11, 15, 1, 0}, {16, 17, 1, 0}};
  EXPECT_THAT(texts(text_runs(explanation)[0]), testing::ElementsAre("e\u0301", " ", "👩\u200D👧", " ", "x"));
}

TEST(TextRuns, IgnoreInvalidOffsets) {
  Explanation explanation;
  explanation.text = "abc";
  explanation.tokens = {
      {"a", 1, 0, 2, 99, 0, false, 1}, {"b", 1, 5, 0, 1, 0, false, 1}, {"c", 1, 0, 3, 1, 0, false, 1}};
  explanation.words = {{2, 1, 1, 0}, {0, 99, 1, 0}, {0, 2, 1, 0}, {1, 3, 1, 0}};
  explanation.target.start_token = 99;
  explanation.target.end_token = 2;
  const auto result = text_runs(explanation);
  ASSERT_EQ(result.size(), 1u);
  EXPECT_THAT(texts(result[0]), testing::ElementsAre("ab", "c"));
  EXPECT_EQ(result[0].runs[0].word, 2u);
  EXPECT_TRUE(text_runs(Explanation{})[0].runs.empty());
}

}  // namespace
}  // namespace limn
