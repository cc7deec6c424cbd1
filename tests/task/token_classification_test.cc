#include "task/token_classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "options/names.h"
#include "task/encodings.h"
#include "task/entity_chunks.h"
#include "text/words.h"

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
  EXPECT_THAT(chunks({"B-PER", "M-PER", "E-PER", "S-PER"}), ElementsAre(Found("PER", 0, 2), Found("PER", 3, 3)));
}

TEST(EntityChunks, TagsWithoutPrefixAreReadAsInside) {
  EXPECT_THAT(chunks({"PER", "PER", "LOC", "O", "LOC"}),
              ElementsAre(Found("PER", 0, 1), Found("LOC", 2, 2), Found("LOC", 4, 4)));
  EXPECT_EQ(entity_type("Organisation"), "Organisation");
  EXPECT_EQ(entity_type("B-PER-X"), "PER-X");
  EXPECT_EQ(entity_type("O"), "");
}

TEST(StandardTags, OfOtherSpellings) {
  EXPECT_THAT(standard_tags(Tags{"O", "B_PER", "I_PER", "B_LOC"}), ElementsAre("O", "B-PER", "I-PER", "B-LOC"));
  EXPECT_THAT(standard_tags(Tags{"O", "PER-B", "PER-I", "LOC_U"}), ElementsAre("O", "B-PER", "I-PER", "U-LOC"));
  EXPECT_THAT(standard_tags(Tags{"0", "B-PER", "I-PER"}), ElementsAre("O", "B-PER", "I-PER"));
  EXPECT_THAT(standard_tags(Tags{"O", "B-VITAMIN-B", "I-VITAMIN-B"}), ElementsAre("O", "B-VITAMIN-B", "I-VITAMIN-B"));
  // not one scheme: these are types
  EXPECT_THAT(standard_tags(Tags{"O", "E_MAIL", "NAME"}), ElementsAre("O", "E_MAIL", "NAME"));
  EXPECT_THAT(standard_tags(Tags{"O", "VITAMIN-B", "DRUG"}), ElementsAre("O", "VITAMIN-B", "DRUG"));
  EXPECT_THAT(standard_tags(Tags{"0", "1", "2"}), ElementsAre("0", "1", "2"));
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
  const std::string text = "in Geo_rge Wash_ing_ton , Rome_";
  const Encoding encoding = encode(text);
  const Mat logits = matrix({row(1, .9), row(0, .9), row(1, .8), row(3, .9), row(2, .6), row(0, .9), row(3, .9),
                             row(0, .5), row(3, .7), row(0, .9), row(1, .9)});
  const auto prediction = find_entities(logits, encoding, text, head, Aggregation::first);
  ASSERT_THAT(prediction.entities, SizeIs(2));
  const Entity& person = prediction.entities[0];
  EXPECT_EQ(person.label, "PER");
  EXPECT_EQ(person.text, "Geo_rge Wash_ing_ton");
  EXPECT_EQ(person.begin, 3u);
  EXPECT_EQ(person.end, 23u);
  EXPECT_NEAR(person.probability, 0.7, 1e-6);
  EXPECT_EQ(person.first_token, 2u);
  EXPECT_EQ(person.last_token, 6u);
  EXPECT_EQ(prediction.entities[1].text, "Rome_");
  EXPECT_NEAR(prediction.entities[1].probability, 0.7, 1e-6);

  ASSERT_THAT(prediction.tokens, SizeIs(9));
  EXPECT_EQ(prediction.tokens[0].token, 1u);
  EXPECT_EQ(prediction.tokens[2].label, "B-LOC");
  EXPECT_NEAR(prediction.tokens[2].probability, 0.9, 1e-6);
}

TEST(FindEntities, NoEntitiesInATextWithoutWords) {
  const Encoding encoding = encode("");
  const Mat logits = matrix({row(1, .9), row(1, .9)});
  const auto prediction = find_entities(logits, encoding, "", head, Aggregation::first);
  EXPECT_THAT(prediction.entities, IsEmpty());
  EXPECT_THAT(prediction.tokens, IsEmpty());
}

// Expectations: tools/make_aggregation_cases.py, the pipeline of transformers.
TEST(FindEntities, AggregateAsTransformers) {
  const HeadConfig names{.task = Task::token_classification, .labels = {"O", "B-PER", "I-PER", "B-LOC", "I-LOC"}};
  std::ifstream file(LIMN_SOURCE_DIR "/tests/task/data/aggregation.json");
  std::size_t compared = 0;
  for (const auto& test : nlohmann::json::parse(file)) {
    const std::string text = test["text"];
    const Mat logits = matrix(test["logits"]);
    Encoding encoding;
    bool lone_blank = false;
    for (std::size_t i = 0; i < test["special"].size(); ++i) {
      const Span span = {test["offsets"][i][0], test["offsets"][i][1]};
      const bool is_special = test["special"][i] == 1;
      if (is_special)
        add_special(encoding);
      else
        add_token(encoding, span, 0, 0);
      // The "▁" that XLM-R inserts before a text has the offsets of the first character, but none of its own.
      const bool is_inserted = !is_special && test["special"][i + 1] == 0 && test["offsets"][i + 1][0] == span.begin;
      encoding.characters.back() = is_inserted ? Span{span.begin, span.begin} : trimmed(text, span);
      lone_blank |= !is_special && encoding.characters.back().begin == encoding.characters.back().end;
    }
    // transformers takes a lone "▁" for a word, whose entity has no text: see IgnoreTheLabelsOfBlanks.
    if (lone_blank) continue;
    for (const auto& [name, expected] : test["entities"].items()) {
      const auto found = find_entities(logits, encoding, text, names, *find_value<Aggregation>(name)).entities;
      ASSERT_THAT(found, SizeIs(expected.size())) << name << ": " << test;
      for (std::size_t i = 0; i < found.size(); ++i, ++compared) {
        EXPECT_EQ(found[i].label, expected[i]["label"]) << name << ": " << test;
        EXPECT_EQ(found[i].text, expected[i]["text"]) << name << ": " << test;
        EXPECT_NEAR(found[i].probability, expected[i]["score"].get<double>(), 1e-5) << name << ": " << test;
      }
    }
  }
  EXPECT_GE(compared, 240u);
}

TEST(FindEntities, OfOtherSpellingsOfTags) {
  const std::string text = "ann lee in rome";
  const Encoding encoding = encode(text);
  const Mat logits = matrix({row(0, .9), row(1, .9), row(2, .9), row(0, .9), row(3, .9), row(0, .9)});
  const std::vector<Tags> spellings = {
      {"O", "B_PER", "I_PER", "B_LOC"}, {"O", "PER-B", "PER-I", "LOC-B"}, {"0", "B-PER", "I-PER", "B-LOC"}};
  for (const Tags& labels : spellings) {
    const HeadConfig written{.task = Task::token_classification, .labels = labels};
    const auto found = find_entities(logits, encoding, text, written, Aggregation::first).entities;
    ASSERT_THAT(found, SizeIs(2)) << labels[1];
    EXPECT_EQ(found[0].label + " " + found[0].text, "PER ann lee");
    EXPECT_EQ(found[1].label + " " + found[1].text, "LOC rome");
  }
}

/// The entities of a text of which only the tokens of these characters are tagged, as persons.
std::vector<std::string> tagged(const std::string& text, const std::vector<Span>& tokens,
                                const std::vector<std::size_t>& labels) {
  Encoding encoding;
  std::vector<std::vector<float>> logits;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    add_token(encoding, tokens[i], 0, 0);
    encoding.characters.back() = trimmed(text, tokens[i]);
    logits.push_back(row(labels[i], .9));
  }
  std::vector<std::string> found;
  const Mat scores = matrix(logits);
  const auto entities = find_entities(scores, encoding, text, head, Aggregation::first).entities;
  for (const Entity& entity : entities) found.push_back(entity.text);
  return found;
}

TEST(FindEntities, HaveNoPunctuationOfTheirTokens) {
  EXPECT_THAT(tagged("in (Oslo), ok", {{0, 2}, {2, 10}, {10, 13}}, {0, 3, 0}), ElementsAre("Oslo"));
  EXPECT_THAT(tagged("the U.S. army", {{0, 3}, {3, 8}, {8, 13}}, {0, 3, 0}), ElementsAre("U.S."));
  EXPECT_THAT(tagged("Yahoo! too", {{0, 5}, {5, 6}, {6, 10}}, {1, 2, 0}), ElementsAre("Yahoo!"));  // the model's choice
  EXPECT_THAT(tagged("!!", {{0, 2}}, {1}), ElementsAre("!!"));
}

TEST(FindEntities, EndAndBeginAtApostrophes) {
  EXPECT_THAT(tagged("Lena's", {{0, 4}, {4, 5}, {5, 6}}, {1, 0, 0}), ElementsAre("Lena"));
  EXPECT_THAT(tagged("d'Oslo", {{0, 2}, {2, 6}}, {0, 3}), ElementsAre("Oslo"));
  EXPECT_THAT(tagged("O'Brien", {{0, 1}, {1, 2}, {2, 7}}, {1, 2, 2}), ElementsAre("O'Brien"));
}

TEST(FindEntities, IgnoreTheLabelsOfBlanks) {
  // SentencePiece's "▁" is a token of its own before a word that the vocabulary has only without it.
  EXPECT_THAT(tagged(" Oslo Rome", {{0, 1}, {1, 5}, {5, 6}, {6, 10}}, {0, 3, 1, 0}), ElementsAre("Oslo"));
}

TEST(WordLabels, OnePerWordRead) {
  const Encoding encoding = encode("a_b c");
  const Mat logits = matrix({row(1, .9), row(3, .9), row(1, .8), row(0, .9), row(1, .9)});
  const auto words = word_labels(logits, encoding, encoding.words, head, Aggregation::first);
  ASSERT_THAT(words, SizeIs(2));
  EXPECT_EQ(words[0].index, 3u);
  EXPECT_EQ(words[0].first_token, 1u);
  EXPECT_EQ(words[0].last_token, 2u);
  EXPECT_EQ(words[1].word, 1u);
  EXPECT_EQ(words[1].index, 0u);
}

}  // namespace
}  // namespace limn
