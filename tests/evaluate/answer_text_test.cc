#include "evaluate/answer_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace limn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string joined(const std::vector<std::string>& words) {
  std::string result;
  for (const auto& word : words) result += (result.empty() ? "" : " ") + word;
  return result;
}

TEST(AnswerWords, ByHand) {
  EXPECT_THAT(answer_words("  The Cat's  PYJAMAS, an\texample! "), ElementsAre("cats", "pyjamas", "example"));
  EXPECT_THAT(answer_words("Theatre and anthem"), ElementsAre("theatre", "and", "anthem"));
  EXPECT_THAT(answer_words("A. THE, an"), IsEmpty());
  EXPECT_THAT(answer_words(""), IsEmpty());
  EXPECT_THAT(answer_words("“the” l’a"), ElementsAre("“", "”", "l’"));  // only ASCII punctuation is removed
}

TEST(CompareAnswers, ByHand) {
  const auto half = compare_answers("the big red ball", "a red ball pit");  // "big red ball" and "red ball pit"
  EXPECT_EQ(half.exact, 0);
  EXPECT_DOUBLE_EQ(half.f1, 2.0 / 3);
  EXPECT_EQ(compare_answers("The U.S.", "us").exact, 1);
  EXPECT_DOUBLE_EQ(compare_answers("ball ball ball", "ball ball").f1, 0.8);  // a bag: precision 1, recall 2/3
  EXPECT_EQ(compare_answers("red", "blue").f1, 0);
  EXPECT_EQ(compare_answers("", "the").exact, 1);  // neither has words
  EXPECT_EQ(compare_answers("", "the").f1, 1);
  EXPECT_EQ(compare_answers("", "x").f1, 0);
}

TEST(BestAnswerScore, MaximumOverTheReferences) {
  const std::vector<std::string> references = {"x y z", "red ball", "the"};
  EXPECT_EQ(best_answer_score(references, "Red ball.").exact, 1);
  EXPECT_DOUBLE_EQ(best_answer_score(references, "x y").f1, 0.8);
  EXPECT_EQ(best_answer_score(references, "").exact, 0);  // "the" is ignored because there are other references
  const std::vector<std::string> article = {"the"};
  EXPECT_EQ(best_answer_score(article, "").exact, 1);
  EXPECT_EQ(best_answer_score({}, "").exact, 1);
  EXPECT_EQ(best_answer_score({}, "x").f1, 0);
}

// Expectations: tools/make_evaluation_cases.py.
TEST(AnswerText, EqualsTheOfficialScript) {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/evaluate/data/answer_texts.json");
  const auto cases = nlohmann::json::parse(file);
  const auto& normalized_texts = cases.at(0).at("normalized");
  for (const auto& [text, normalized] : normalized_texts.items())
    EXPECT_EQ(joined(answer_words(text)), normalized) << text;
  ASSERT_GT(cases.at(1).at("pairs").size(), 100u);
  for (const auto& pair : cases[1]["pairs"]) {
    const auto score = compare_answers(pair[0].get<std::string>(), pair[1].get<std::string>());
    EXPECT_EQ(score.exact, pair[2].get<double>()) << pair;
    EXPECT_NEAR(score.f1, pair[3].get<double>(), 1e-12) << pair;
  }
}

}  // namespace
}  // namespace limn
