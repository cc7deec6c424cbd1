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
