#include "evaluate/squad.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "evaluate/data_file.h"
#include "limn/write.h"

namespace limn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Json = nlohmann::json;

AnswerPrediction predicted(const std::string& text, double null_excess) {
  AnswerPrediction prediction;
  prediction.answers.emplace_back();
  prediction.answers[0].text = text;
  prediction.answers[0].score = 1;
  prediction.null_score = 1 + null_excess;
  return prediction;
}

SquadQuestion question(std::vector<std::string> answers) {
  return {.id = "", .input = {}, .answers = std::move(answers)};
}

TEST(ScoreSquad, ByHand) {
  const std::vector<SquadQuestion> questions = {question({"red ball", "ball"}), question({"cat"}), question({}),
                                                question({})};
  const std::vector<AnswerPrediction> predictions = {predicted("the ball", -2), predicted("cat", 1),
                                                     predicted("dog", 3), predicted("cow", -1)};
  const auto scores = score_squad(questions, predictions, 0);
  EXPECT_EQ(scores.all.questions, 4u);
  EXPECT_EQ(scores.all.exact, 50);
  EXPECT_EQ(scores.has_answer.questions, 2u);
  EXPECT_EQ(scores.has_answer.exact, 50);
  EXPECT_EQ(scores.no_answer.exact, 50);
  // Never answering gets two right; answering in the order of null excess −2, −1, 1, 3 gives 3, 2, 3, 2.
  EXPECT_EQ(scores.best_exact, 75);
  EXPECT_EQ(scores.best_exact_threshold, -2);

  const auto always = score_squad(questions, predictions, std::nullopt);
  EXPECT_EQ(always.has_answer.exact, 100);
  EXPECT_EQ(always.no_answer.exact, 0);
  EXPECT_EQ(score_squad(questions, predictions, 1).has_answer.exact, 100);  // 1 > 1 is not
}

TEST(ScoreSquad, WithoutASpanThereIsNoAnswer) {
  const std::vector<SquadQuestion> questions = {question({}), question({"x"})};
  const std::vector<AnswerPrediction> predictions(2);
  const auto scores = score_squad(questions, predictions, 1e300);
  EXPECT_EQ(scores.no_answer.f1, 100);
  EXPECT_EQ(scores.has_answer.f1, 0);
}

TEST(ScoreSquad, PartsWithoutQuestionsHaveNoScores) {
  const std::vector<SquadQuestion> questions = {question({"x"})};
  const std::vector<AnswerPrediction> predictions = {predicted("x", 0)};
  auto scores = score_squad(questions, predictions, std::nullopt);
  EXPECT_EQ(scores.no_answer.exact, std::nullopt);
  scores.seconds = 1.5;
  const auto json = Json::parse(to_json(scores));
  EXPECT_EQ(json,
            Json::parse(R"({"questions": 1, "em": 100.0, "f1": 100.0, "has_answer": {"n": 1, "em": 100.0, "f1": 100.0},
      "no_answer": {"n": 0, "em": null, "f1": null}, "best_em": 100.0, "best_em_threshold": 0.0, "best_f1": 100.0,
      "best_f1_threshold": 0.0, "confidence": {}, "seconds": 1.5})"));
  EXPECT_EQ(default_null_threshold(questions), std::nullopt);
  EXPECT_EQ(default_null_threshold(std::vector{question({"x"}), question({})}), 0);
}

// Expectations: tools/make_evaluation_cases.py.
TEST(ScoreSquad, EqualsTheOfficialScript) {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/evaluate/data/squad.json");
  const auto cases = Json::parse(file);
  ASSERT_FALSE(cases.empty());
  for (const auto& test : cases) {
    std::vector<SquadQuestion> questions;
    std::vector<AnswerPrediction> predictions;
    for (const auto& row : test["rows"]) {
      questions.push_back(question(row["answers"]));
      predictions.push_back(predicted(row["text"], row["na"]));
    }
    const auto scores = score_squad(questions, predictions, test["null_threshold"].get<double>());
    const auto expect_part = [](const SquadPart& part, const Json& expected) {
      EXPECT_EQ(part.questions, expected["n"]);
      ASSERT_EQ(part.exact.has_value(), !expected["em"].is_null());
      if (!part.exact) return;
      EXPECT_NEAR(*part.exact, expected["em"].get<double>(), 1e-9);
      EXPECT_NEAR(*part.f1, expected["f1"].get<double>(), 1e-9);
    };
    expect_part(scores.all, test["all"]);
    expect_part(scores.has_answer, test["has_answer"]);
    expect_part(scores.no_answer, test["no_answer"]);
    EXPECT_NEAR(scores.best_exact.value(), test["best_em"].get<double>(), 1e-9);
    EXPECT_EQ(scores.best_exact_threshold, test["best_em_threshold"].get<double>());
    EXPECT_NEAR(scores.best_f1.value(), test["best_f1"].get<double>(), 1e-9);
    EXPECT_EQ(scores.best_f1_threshold, test["best_f1_threshold"].get<double>());
  }
}

// Six questions through squad_evaluate() of transformers 4.45.2 (transformers/data/metrics/squad_metrics.py), which is
// the official script: answers {q1: "the red ball" | "red ball", q2: "Paris", q4: "in May 1990", q6: "Anna"}, none for
// q3, q5.
class GivenPredictions : public testing::Test {
 protected:
  static std::vector<SquadQuestion> questions() {
    std::vector<SquadQuestion> all = {question({"the red ball", "red ball"}),
                                      question({"Paris"}),
                                      question({}),
                                      question({"in May 1990"}),
                                      question({}),
                                      question({"Anna"})};
    for (std::size_t i = 0; i < all.size(); ++i) all[i].id = "q" + std::to_string(i + 1);
    return all;
  }
  const DataFile predictions{
      "predictions.json",
      R"({"q1": "a red ball!", "q2": "Rome", "q3": "nobody", "q4": "May 1990", "q5": "", "q6": "Anna"})"};
  const DataFile numbers{"na.json", R"({"q1": 0.1, "q2": 0.9, "q3": 0.8, "q4": 0.3, "q5": 0.95, "q6": 0.85})"};
  std::vector<std::string> warnings;
};

TEST_F(GivenPredictions, EqualTheOfficialScript) {
  const auto answers = read_predictions(predictions.path(), numbers.path(), questions(), warnings);
  EXPECT_THAT(warnings, IsEmpty());
  const auto never = score_answers(questions(), answers, 1);
  EXPECT_DOUBLE_EQ(never.all.exact.value(), 50);
  EXPECT_NEAR(never.all.f1.value(), 63.333333333333336, 1e-9);
  EXPECT_DOUBLE_EQ(never.has_answer.exact.value(), 50);
  EXPECT_NEAR(never.has_answer.f1.value(), 70, 1e-9);
  EXPECT_DOUBLE_EQ(never.no_answer.exact.value(), 50);
  EXPECT_DOUBLE_EQ(never.best_exact.value(), 50);
  EXPECT_DOUBLE_EQ(never.best_exact_threshold, 0.1);
  EXPECT_NEAR(never.best_f1.value(), 63.333333333333336, 1e-9);
  EXPECT_DOUBLE_EQ(never.best_f1_threshold, 0.3);
  const auto half = score_answers(questions(), answers, 0.5);
  EXPECT_DOUBLE_EQ(half.has_answer.exact.value(), 25);
  EXPECT_NEAR(half.has_answer.f1.value(), 45, 1e-9);
  EXPECT_DOUBLE_EQ(half.no_answer.exact.value(), 100);
  EXPECT_NEAR(half.all.f1.value(), 63.333333333333336, 1e-9);
}

TEST_F(GivenPredictions, AreListedRowByRowAndWrittenAsTheyAreRead) {
  const auto answers = read_predictions(predictions.path(), numbers.path(), questions(), warnings);
  const auto scores = score_answers(questions(), answers, 0.5);
  ASSERT_THAT(scores.evaluated, SizeIs(6));
  EXPECT_EQ(scores.evaluated[0].predicted, "a red ball!");
  EXPECT_TRUE(scores.evaluated[0].is_right);
  EXPECT_EQ(scores.evaluated[1].predicted, "");  // 0.9 > 0.5: "no answer"
  EXPECT_THAT(scores.evaluated[1].prediction.labels, ElementsAre("Rome"));
  EXPECT_TRUE(scores.evaluated[2].is_right);
  EXPECT_EQ(Json::parse(predictions_json(scores)),
            Json::parse(R"({"q1": "a red ball!", "q2": "", "q3": "", "q4": "May 1990", "q5": "", "q6": ""})"));
  std::ifstream stream(numbers.path());
  EXPECT_EQ(Json::parse(na_probabilities_json(scores)), Json::parse(stream));
  EXPECT_THAT(wrong_first(scores.evaluated), ElementsAre(1, 3, 5, 0, 2, 4));
}

TEST_F(GivenPredictions, AMissingOneIsAlwaysWrong) {
  const DataFile some("some.json", R"({"q1": "red ball", "q5": ""})");
  const auto answers = read_predictions(some.path(), {}, questions(), warnings);
  EXPECT_THAT(warnings, ElementsAre("4 of 6 questions have no prediction and count as wrong; the first is q2"));
  const auto scores = score_answers(questions(), answers, std::nullopt);
  EXPECT_NEAR(scores.all.exact.value(), 100. * 2 / 6, 1e-9);
  EXPECT_DOUBLE_EQ(scores.no_answer.exact.value(), 50);  // q3 has none
  EXPECT_NEAR(scores.best_exact.value(), 100. * 2 / 6, 1e-9);
}

TEST_F(GivenPredictions, BrokenFilesAreErrors) {
  const auto error = [&](const std::string& texts, const std::string& excess) {
    const DataFile a("a.json", texts), b("b.json", excess);
    return error_of([&] { read_predictions(a.path(), b.path(), questions(), warnings); });
  };
  EXPECT_THAT(error("[]", "{}"), HasSubstr("a.json: found"));
  EXPECT_THAT(error(R"({"q1": 3})", "{}"), HasSubstr("q1: found 3, expected a text in quotes"));
  EXPECT_THAT(error(R"({"q1": "x"})", "{}"), HasSubstr("b.json: q1: found none, expected a number"));
  EXPECT_THAT(error(R"({"q1": "x"})", R"({"q1": "0.1"})"), HasSubstr("expected a number"));
  EXPECT_THAT(error(R"({"q1": )", "{}"), HasSubstr("a.json"));
}

const std::string squad_file = R"({"version": "v2.0", "data": [{"title": "t", "paragraphs": [
  {"context": "Ann met Bob.", "qas": [
    {"id": "1", "question": "Who met Bob?", "answers": [{"text": "Ann", "answer_start": 0}, {"text": "ann"}], "is_impossible": false},
    {"id": "2", "question": "Where?", "answers": [], "plausible_answers": [{"text": "Bob"}], "is_impossible": true}]}]}]})";

TEST(ReadSquad, ReadsQuestionsInOrder) {
  const DataFile file("squad.json", "\xEF\xBB\xBF" + squad_file);
  const auto questions = read_squad(file.path());
  ASSERT_THAT(questions, SizeIs(2));
  EXPECT_EQ(questions[0].id, "1");
  EXPECT_EQ(questions[0].input.text, "Who met Bob?");
  EXPECT_EQ(questions[0].input.pair, "Ann met Bob.");
  EXPECT_THAT(questions[0].answers, ElementsAre("Ann", "ann"));
  EXPECT_THAT(questions[1].answers, IsEmpty());
}

TEST(ReadSquad, ReportsErrors) {
  const auto error = [](const std::string& text) {
    const DataFile file("squad.json", text);
    return error_of([&] { read_squad(file.path()); });
  };
  EXPECT_THAT(error_of([] { read_squad("no/such/file.json"); }), HasSubstr("no/such/file.json"));
  EXPECT_THAT(error(""), HasSubstr("squad.json: "));
  EXPECT_THAT(error(squad_file.substr(0, 200)), HasSubstr("expected valid JSON"));
  EXPECT_EQ(error("[]"), "squad.json: the file: found a list, expected an object");
  EXPECT_EQ(error("{}"), "squad.json: the file: found no 'data', expected one; is this a SQuAD file?");
  EXPECT_EQ(error(R"({"data": 7})"), "squad.json: data: found 7, expected a list");
  EXPECT_EQ(error(R"({"data": []})"), "squad.json: data: found no question, expected at least one");
  EXPECT_THAT(error(R"({"data": [{"paragraphs": [{"context": null, "qas": []}]}]})"),
              HasSubstr("data[0].paragraphs[0].context: found null, expected a text in quotes"));
  EXPECT_THAT(error(R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "1", "question": "q"}]}]}]})"),
              HasSubstr("data[0].paragraphs[0].qas[0]: found no 'answers'"));
  EXPECT_THAT(
      error(
          R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "1", "question": "q", "answers": ["a"]}]}]}]})"),
      HasSubstr("data[0].paragraphs[0].qas[0].answers[0]: found \"a\", expected an object"));
}

}  // namespace
}  // namespace limn
