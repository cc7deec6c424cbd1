#include "evaluate/tokens.h"

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
using testing::SizeIs;
using Json = nlohmann::json;
using Tags = std::vector<std::string>;

TEST(ScoreEntities, ByHand) {
  const std::vector<TaggedSentence> sentences = {
      {{"a", "b", "c", "d"}, {"B-PER", "I-PER", "O", "B-LOC"}},
      {{"e", "f"}, {"B-LOC", "O"}},
  };
  const std::vector<Tags> predicted = {{"B-PER", "I-PER", "O", "B-PER"}, {"B-LOC", "I-LOC"}};
  auto scores = score_entities(sentences, predicted);
  EXPECT_EQ(scores.sentences, 2u);
  EXPECT_NEAR(scores.all.precision, 100.0 / 3, 1e-9);
  EXPECT_NEAR(scores.all.recall, 100.0 / 3, 1e-9);
  EXPECT_EQ(scores.all.support, 3u);
  EXPECT_EQ(scores.labels.at("PER").precision, 50);
  EXPECT_EQ(scores.labels.at("PER").recall, 100);
  EXPECT_EQ(scores.labels.at("LOC").f1, 0);
  EXPECT_EQ(scores.labels.at("LOC").support, 2u);
  scores.seconds = 0.5;
  const auto json = Json::parse(to_json(scores));
  EXPECT_EQ(json["sentences"], 2);
  EXPECT_EQ(json["labels"]["PER"]["recall"], 100);
  EXPECT_TRUE(json.contains("precision") && json.contains("recall") && json.contains("f1") && json.contains("seconds"));
}

TEST(ScoreEntities, WordsWithoutTagAreOutside) {
  const std::vector<TaggedSentence> sentences = {{{"Ann", "met", "Bob"}, {"B-PER", "O", "B-PER"}}};
  const std::vector<Tags> predicted = {{"B-PER"}};
  EXPECT_EQ(score_entities(sentences, predicted).all.precision, 100);
  EXPECT_EQ(score_entities(sentences, predicted).all.recall, 50);
}

TEST(ScoreEntities, ZeroWithoutEntities) {
  const std::vector<TaggedSentence> sentences = {{{"a"}, {"O"}}};
  const std::vector<Tags> predicted = {{}};
  EXPECT_EQ(score_entities(sentences, predicted).all.f1, 0);
}

// By hand: LOC Rome is found as PER; PER Ann Bell as Bell alone; LOC Oslo not at all; ORG "the UN" is right; "in" is no
// entity.
TEST(ScoreEntities, CountsKindsOfErrors) {
  const std::vector<TaggedSentence> sentences = {
      {{"Ann", "Bell", "saw", "Rome"}, {"B-PER", "I-PER", "O", "B-LOC"}},
      {{"Oslo", "and", "the", "UN", "in"}, {"B-LOC", "O", "B-ORG", "I-ORG", "O"}},
  };
  const std::vector<Tags> predicted = {{"O", "B-PER", "O", "B-PER"}, {"O", "O", "B-ORG", "I-ORG", "B-LOC"}};
  const EntityScores scores = score_entities(sentences, predicted);
  const auto counts = [](const EntityErrors& errors) {
    return std::vector{errors.wrong_type, errors.wrong_boundary, errors.missed, errors.spurious};
  };
  EXPECT_THAT(counts(scores.errors), ElementsAre(1, 1, 1, 1));
  ASSERT_THAT(scores.errors_by_type, SizeIs(2));
  EXPECT_THAT(counts(scores.errors_by_type.at("LOC")), ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(counts(scores.errors_by_type.at("PER")), ElementsAre(0, 1, 0, 0));
  // Each entity of the data is right or one of three errors: 4 = 1 right + 3.
  EXPECT_EQ(scores.all.support, 4u);
  EXPECT_DOUBLE_EQ(scores.all.recall, 25);
  ASSERT_THAT(scores.evaluated, SizeIs(2));
  EXPECT_EQ(scores.evaluated[0].expected, "PER: Ann Bell; LOC: Rome");
  EXPECT_EQ(scores.evaluated[0].predicted, "PER: Bell; PER: Rome");
  EXPECT_FALSE(scores.evaluated[0].is_right);
  const auto json = Json::parse(to_json(scores));
  EXPECT_EQ(json["errors"], Json::parse(R"({"wrong_type": 1, "wrong_boundary": 1, "missed": 1, "spurious": 1})"));
  EXPECT_EQ(json["errors_by_type"]["LOC"]["spurious"], 1);
  EXPECT_THAT(to_terminal(scores), HasSubstr("wrong boundary"));
}

// Expectations: tools/make_evaluation_cases.py.
TEST(ScoreEntities, EqualSeqeval) {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/evaluate/data/entities.json");
  const auto cases = Json::parse(file);
  ASSERT_FALSE(cases.empty());
  const auto expect_score = [](const LabelScore& score, const Json& expected) {
    EXPECT_NEAR(score.precision, expected["precision"].get<double>(), 1e-9);
    EXPECT_NEAR(score.recall, expected["recall"].get<double>(), 1e-9);
    EXPECT_NEAR(score.f1, expected["f1"].get<double>(), 1e-9);
    EXPECT_EQ(score.support, expected["support"]);
  };
  for (const auto& test : cases) {
    std::vector<TaggedSentence> sentences;
    for (const Tags tags : test["gold"]) sentences.push_back({Tags(tags.size(), "word"), tags});
    const auto scores = score_entities(sentences, test["predicted"].get<std::vector<Tags>>());
    expect_score(scores.all, test["all"]);
    ASSERT_EQ(scores.labels.size(), test["labels"].size());
    for (const auto& [label, expected] : test["labels"].items()) expect_score(scores.labels.at(label), expected);
  }
}

}  // namespace
}  // namespace limn
