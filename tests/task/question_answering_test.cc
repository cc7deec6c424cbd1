#include "task/question_answering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "task/encodings.h"

namespace limn {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// [CLS] who [SEP] ann met bob in rome [SEP]
//  0     1   2     3   4   5  6  7     8
const std::string context = "Ann met Bob in Rome";

AnswerPrediction answers(const std::vector<float>& start, const std::vector<float>& end,
                         const PredictOptions& options = {}) {
  const Encoding encoding = encode("who", context);
  const Mat logits = columns(start, end);
  const AnswerWindow windows[] = {{&encoding, logits}};
  return best_answers(windows, context, options);
}

TEST(BestAnswers, FindsTheBestSpan) {
  const auto found = answers({0, 9, 0, 1, 0, 5, 0, 0, 0}, {0, 0, 9, 0, 6, 2, 0, 4, 9});
  EXPECT_EQ(found.best.text, "Bob in Rome");  // 5 + 4; not the question, [SEP], or an end before the start
  EXPECT_EQ(found.best.begin, 8u);
  EXPECT_EQ(found.best.end, 19u);
  EXPECT_EQ(found.best.start_token, 5u);
  EXPECT_EQ(found.best.end_token, 7u);
  EXPECT_EQ(found.best.score, 9);
  const double start = std::exp(5) / (6 + std::exp(9) + std::exp(1) + std::exp(5));
  const double end = std::exp(4) / (4 + 2 * std::exp(9) + std::exp(6) + std::exp(2) + std::exp(4));
  EXPECT_NEAR(found.best.probability, start * end, 1e-9);
}

TEST(BestAnswers, ContextProbabilityLeavesOutTheQuestion) {
  const auto found = answers({0, 9, 0, 1, 0, 5, 0, 0, 0}, {0, 0, 9, 0, 6, 2, 0, 4, 9});
  // Only [CLS] and the five tokens of the context count.
  const double start = std::exp(5) / (4 + std::exp(1) + std::exp(5));
  const double end = std::exp(4) / (3 + std::exp(6) + std::exp(2) + std::exp(4));
  EXPECT_NEAR(found.best.context_probability, start * end, 1e-9);
  EXPECT_NEAR(found.null_context_probability,
              1 / (4 + std::exp(1) + std::exp(5)) / (3 + std::exp(6) + std::exp(2) + std::exp(4)), 1e-9);
}

TEST(BestAnswers, EachWindowHasItsOwn) {
  const Encoding encoding = encode("who", context);
  const Mat first = columns({-9, 0, 0, 5, 0, 0, 0, 0, 0}, {-9, 0, 0, 5, 0, 0, 0, 0, 0}),
            second = columns({-9, 0, 0, 1, 0, 2, 0, 0, 0}, {-9, 0, 0, 1, 0, 2, 0, 0, 0});
  const AnswerWindow windows[] = {{&encoding, second}, {&encoding, first}};
  const auto all = best_answers(windows, context, {.top = 1});
  ASSERT_THAT(all.answers, SizeIs(1));
  EXPECT_EQ(all.best.text, "Ann");
  const auto each = best_answers(windows, context, {.top = 1, .top_of_each_window = true});
  ASSERT_THAT(each.answers, SizeIs(2));
  EXPECT_EQ(each.answers[0].text, "Bob");
  EXPECT_EQ(each.answers[1].text, "Ann");
  EXPECT_EQ(each.best.text, "Ann");
}

TEST(BestAnswers, LimitsTheNumberOfTokens) {
  const std::vector<float> start = {-9, 0, 0, 5, 0, 0, 0, 0, 0}, end = {-9, 0, 0, 0, 1, 2, 3, 4, 0};
  EXPECT_EQ(answers(start, end).best.text, context);
  EXPECT_EQ(answers(start, end, {.max_answer_tokens = 5}).best.text, context);
  EXPECT_EQ(answers(start, end, {.max_answer_tokens = 4}).best.text, "Ann met Bob in");
  EXPECT_EQ(answers(start, end, {.max_answer_tokens = 1}).best.text, "Ann");
}

TEST(BestAnswers, FirstOfEqualScoresWins) {
  const auto found = answers(std::vector<float>(9, 1), std::vector<float>(9, 1), {.top = 4});
  ASSERT_THAT(found.answers, SizeIs(4));
  EXPECT_EQ(found.best.text, "Ann");  // the null answer does not beat an equal score
  EXPECT_EQ(found.answers[1].text, "Ann met");
  EXPECT_EQ(found.answers[3].text, "Ann met Bob in");
}

TEST(BestAnswers, NullAnswerWinsAboveTheThreshold) {
  const std::vector<float> start = {3, 0, 0, 2, 0, 0, 0, 0, 0}, end = {2, 0, 0, 2, 0, 0, 0, 0, 0};
  const auto null = answers(start, end);
  EXPECT_EQ(null.best.text, "");
  EXPECT_EQ(null.best.start_token, 0u);
  EXPECT_EQ(null.best.end_token, 0u);
  EXPECT_EQ(null.best.score, 5);
  EXPECT_EQ(null.null_score, 5);
  EXPECT_NEAR(null.null_probability,
              std::exp(3) / (std::exp(3) + 7 + std::exp(2)) * std::exp(2) / (2 * std::exp(2) + 7), 1e-9);
  EXPECT_EQ(null.best.probability, null.null_probability);
  EXPECT_EQ(null.answers.at(0).text, "Ann");
  EXPECT_EQ(answers(start, end, {.null_threshold = 0.5}).best.text, "");
  EXPECT_EQ(answers(start, end, {.null_threshold = 1}).best.text, "Ann");
  EXPECT_EQ(answers(start, end, {.null_threshold = -99}).best.text, "");
  EXPECT_EQ(answers(start, end, {.null_threshold = -99, .null_allowed = false}).best.text, "Ann");
}

TEST(BestAnswers, EmptyContextHasNoAnswer) {
  const Encoding encoding = encode("who", "");
  const Mat logits = columns({1, 2, 3, 4}, {1, 2, 3, 4});
  const AnswerWindow windows[] = {{&encoding, logits}};
  const auto found = best_answers(windows, "", {.null_allowed = false});
  EXPECT_THAT(found.answers, IsEmpty());
  EXPECT_EQ(found.best.text, "");
  EXPECT_EQ(found.best.score, 2);
}

TEST(BestAnswers, SingleTextIsTheContext) {
  const Encoding encoding = encode("Ann met Bob");
  const Mat logits = columns({0, 1, 2, 3, 9}, {0, 1, 2, 4, 9});
  const AnswerWindow windows[] = {{&encoding, logits, 0}};
  EXPECT_EQ(best_answers(windows, "Ann met Bob", {}).best.text, "Bob");
}

TEST(BestAnswers, SameCharactersInTwoWindowsCountOnce) {
  Encoding first = encode("who", "Ann met Bob"), second = encode("who", "Ann met Bob");
  for (std::size_t token = 3; token < 6; ++token) second.characters[token] = first.characters[token];
  const Mat low = columns({4, 0, 0, 3, 0, 0, 0}, {4, 0, 0, 3, 0, 2, 0});
  const Mat high = columns({1, 0, 0, 4, 0, 0, 0}, {1, 0, 0, 4, 0, 1, 0});
  const AnswerWindow windows[] = {{&first, low}, {&second, high}};
  const auto found = best_answers(windows, "Ann met Bob", {.top = 3});
  ASSERT_THAT(found.answers, SizeIs(3));
  EXPECT_EQ(found.answers[0].text, "Ann");
  EXPECT_EQ(found.answers[0].score, 8);
  EXPECT_EQ(found.answers[0].window, 1u);
  EXPECT_EQ(found.answers[1].text, "Ann met Bob");
  EXPECT_EQ(found.answers[1].score, 5);
  EXPECT_EQ(found.answers[1].window, 0u);
  EXPECT_EQ(found.answers[2].text, "Ann met");
  EXPECT_EQ(found.null_score, 2);  // the smallest
}

TEST(BestAnswers, SkipsNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto found = answers({0, 0, 0, nan, 0, 3, 0, 0, 0}, {0, 0, 0, 1, nan, 3, 0, 0, 0}, {.top = 50});
  EXPECT_EQ(found.best.text, "Bob");
  EXPECT_THAT(found.answers, SizeIs(4 + 3 + 2 + 1 - 1));  // all spans of met, Bob, in, Rome except "met"
}

TEST(AnswerText, IsEmptyOutsideTheContextOrOutOfOrder) {
  const Encoding encoding = encode("who", context);
  const AnswerWindow window = {&encoding, {}};
  EXPECT_EQ(answer_text(window, 3, 4, context), "Ann met");
  EXPECT_EQ(answer_text(window, 4, 3, context), "");
  EXPECT_EQ(answer_text(window, 1, 3, context), "");
}

// Expectations: tools/make_evaluation_cases.py.
TEST(BestAnswers, EqualAnExhaustiveSearch) {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/task/data/answers.json");
  const auto cases = nlohmann::json::parse(file);
  ASSERT_FALSE(cases.empty());
  for (const auto& test : cases) {
    const std::string text = test["context"];
    std::vector<Encoding> encodings;
    std::vector<Mat> logits;
    for (const auto& window : test["windows"]) {
      Encoding encoding;
      for (std::size_t i = 0; i < window["sequences"].size(); ++i) {
        const int sequence = window["sequences"][i];
        if (sequence < 0)
          add_special(encoding);
        else
          add_token(encoding, {window["offsets"][i][0], window["offsets"][i][1]}, 0, sequence);
      }
      encoding.window_begin = window["begin"];
      encodings.push_back(std::move(encoding));
      logits.push_back(columns(window["start"], window["end"]));
    }
    std::vector<AnswerWindow> windows;
    for (std::size_t i = 0; i < encodings.size(); ++i) windows.push_back({&encodings[i], logits[i]});

    PredictOptions options{.top = test["top"], .max_answer_tokens = test["max_answer_tokens"]};
    const auto found = best_answers(windows, text, options);
    EXPECT_EQ(found.null_score, test["null_score"].get<double>());
    ASSERT_EQ(found.answers.size(), test["answers"].size());
    for (std::size_t i = 0; i < found.answers.size(); ++i) {
      const Answer& answer = found.answers[i];
      const auto& expected = test["answers"][i];
      EXPECT_EQ(answer.begin, expected["begin"]);
      EXPECT_EQ(answer.end, expected["end"]);
      EXPECT_EQ(answer.window, expected["window"]);
      EXPECT_EQ(answer.start_token, expected["start"]);
      EXPECT_EQ(answer.end_token, expected["stop"]);
      EXPECT_EQ(answer.score, expected["score"].get<double>());
      EXPECT_NEAR(answer.probability, expected["probability"].get<double>(), 1e-12);
      EXPECT_EQ(answer.text, text.substr(answer.begin, answer.end - answer.begin));
    }
    for (const auto& decision : test["decisions"]) {
      options.null_threshold = -decision["margin"].get<double>();
      EXPECT_EQ(best_answers(windows, text, options).best.text, decision["text"]);
    }
  }
}

}  // namespace
}  // namespace limn
