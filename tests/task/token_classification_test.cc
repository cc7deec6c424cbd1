#include "task/token_classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "task/encodings.h"
#include "task/entity_chunks.h"

namespace limn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Tags = std::vector<std::string>;
using Found = std::tuple<std::string, std::size_t, std::size_t>;

std::vector<Found> chunks(const Tags& tags) {
  std::vector<Found> found;
  for (const auto& [type, first, last] : entity_chunks(tags)) found.emplace_back(type, first, last);
  return found;
}

TEST(EntityChunks, ByHand) {
  EXPECT_THAT(chunks({"B-PER", "I-PER", "O", "B-LOC"}), ElementsAre(Found("PER", 0, 1), Found("LOC", 3, 3)));
  EXPECT_THAT(chunks({"I-PER", "I-PER", "B-PER", "I-LOC"}),
              ElementsAre(Found("PER", 0, 1), Found("PER", 2, 2), Found("LOC", 3, 3)));
  EXPECT_THAT(chunks({"O", "O"}), IsEmpty());
  EXPECT_THAT(chunks({}), IsEmpty());
  EXPECT_THAT(chunks({"S-PER", "S-PER", "B-LOC", "E-LOC", "I-LOC"}),
              ElementsAre(Found("PER", 0, 0), Found("PER", 1, 1), Found("LOC", 2, 3), Found("LOC", 4, 4)));
  EXPECT_THAT(chunks({"U-PER", "B-LOC", "L-LOC"}), ElementsAre(Found("PER", 0, 0), Found("LOC", 1, 2)));
}

TEST(EntityChunks, TagsWithoutPrefixAreReadAsInside) {
  EXPECT_THAT(chunks({"PER", "PER", "LOC", "O", "LOC"}),
              ElementsAre(Found("PER", 0, 1), Found("LOC", 2, 2), Found("LOC", 4, 4)));
  EXPECT_EQ(entity_type("Organisation"), "Organisation");
  EXPECT_EQ(entity_type("B-PER-X"), "PER-X");
  EXPECT_EQ(entity_type("O"), "");
}

// Expectations: tools/make_evaluation_cases.py, seqeval's get_entities.
TEST(EntityChunks, EqualSeqeval) {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/task/data/chunks.json");
  const auto cases = nlohmann::json::parse(file);
  ASSERT_FALSE(cases.empty());
  for (const auto& test : cases)
    EXPECT_EQ(chunks(test["tags"]), test["chunks"].get<std::vector<Found>>()) << test["tags"];
}

const HeadConfig head{.task = Task::token_classification, .labels = {"O", "B-PER", "I-PER", "B-LOC"}};

/// Returns logits that give label `index` the probability p, and the other three labels equal probabilities.
std::vector<float> row(std::size_t index, double p) {
  std::vector<float> result(4, static_cast<float>(std::log((1 - p) / 3)));
  result[index] = static_cast<float>(std::log(p));
  return result;
}

TEST(FindEntities, WordsHaveTheLabelOfTheirFirstToken) {
  const std::string text = "in Geo#rge Wash#ing#ton , Rome#";
  const Encoding encoding = encode(text);
  const Mat logits = matrix({row(1, .9), row(0, .9), row(1, .8), row(3, .9), row(2, .6), row(0, .9), row(3, .9),
                             row(0, .5), row(3, .7), row(0, .9), row(1, .9)});
  const auto prediction = find_entities(logits, encoding, text, head);
  ASSERT_THAT(prediction.entities, SizeIs(2));
  const Entity& person = prediction.entities[0];
  EXPECT_EQ(person.label, "PER");
  EXPECT_EQ(person.text, "Geo#rge Wash#ing#ton");
  EXPECT_EQ(person.begin, 3u);
  EXPECT_EQ(person.end, 23u);
  EXPECT_NEAR(person.probability, 0.7, 1e-6);
  EXPECT_EQ(person.first_token, 2u);
  EXPECT_EQ(person.last_token, 6u);
  EXPECT_EQ(prediction.entities[1].text, "Rome#");
  EXPECT_NEAR(prediction.entities[1].probability, 0.7, 1e-6);

  ASSERT_THAT(prediction.tokens, SizeIs(9));
  EXPECT_EQ(prediction.tokens[0].token, 1u);
  EXPECT_EQ(prediction.tokens[2].label, "B-LOC");
  EXPECT_NEAR(prediction.tokens[2].probability, 0.9, 1e-6);
}

TEST(FindEntities, NoEntitiesInATextWithoutWords) {
  const Encoding encoding = encode("");
  const Mat logits = matrix({row(1, .9), row(1, .9)});
  const auto prediction = find_entities(logits, encoding, "", head);
  EXPECT_THAT(prediction.entities, IsEmpty());
  EXPECT_THAT(prediction.tokens, IsEmpty());
}

TEST(WordLabels, OnePerWordRead) {
  const Encoding encoding = encode("a#b c");
  const Mat logits = matrix({row(1, .9), row(3, .9), row(1, .8), row(0, .9), row(1, .9)});
  const auto words = word_labels(logits, encoding, head);
  ASSERT_THAT(words, SizeIs(2));
  EXPECT_EQ(words[0].index, 3u);
  EXPECT_EQ(words[0].first_token, 1u);
  EXPECT_EQ(words[0].last_token, 2u);
  EXPECT_EQ(words[1].word, 1u);
  EXPECT_EQ(words[1].index, 0u);
}

}  // namespace
}  // namespace limn
