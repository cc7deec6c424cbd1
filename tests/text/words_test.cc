#include "text/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "text/texts_of.h"

namespace limn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> split(std::string_view text) { return texts_of(text, word_parts(text)); }

// Expectations: tools/make_word_cases.py, the package regex.
TEST(WordParts, FollowUnicode) {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/text/words.jsonl");
  std::size_t compared = 0;
  for (std::string line; std::getline(file, line); ++compared) {
    const auto test = nlohmann::json::parse(line);
    EXPECT_EQ(split(test["text"].get<std::string>()), test["parts"].get<std::vector<std::string>>()) << line;
  }
  EXPECT_GE(compared, 400u);
}

TEST(WordParts, OfLettersOfEveryAge) {
  EXPECT_THAT(split("don't (stop)"), ElementsAre("don't", " ", "(", "stop", ")"));
  EXPECT_THAT(split("𞤀𞤣𞤤 𐓏𐓘"), ElementsAre("𞤀𞤣𞤤", " ", "𐓏𐓘"));  // Adlam, Osage: Unicode 9
  EXPECT_THAT(split("北京"), ElementsAre("北", "京"));
  EXPECT_THAT(split("ไทย"), ElementsAre("ไ", "ท", "ย"));
  EXPECT_THAT(split(""), IsEmpty());
}

TEST(Trimmed, LeavesNoWhiteSpaceAtTheEnds) {
  const std::string_view text = " \u3000a b\u00a0\n";
  const Span all = trimmed(text, {0, text.size()});
  EXPECT_EQ(text.substr(all.begin, all.end - all.begin), "a b");
  EXPECT_EQ(trimmed(text, {0, 4}), (Span{4, 4}));
  EXPECT_EQ(trimmed("\ufeffa\x1f", {0, 5}), (Span{3, 4}));
}

TEST(ExtendToCharacters, IncludeAccentsAndJoiners) {
  std::vector<Span> tokens = {{0, 4}, {7, 8}, {9, 9}, {9, 13}};
  extend_to_characters("Rene\u0301 b \U0001F469\U0001F3FD", tokens);
  EXPECT_EQ(tokens, (std::vector<Span>{{0, 6}, {7, 8}, {9, 9}, {9, 17}}));  // the third is empty
}

/// An encoding of one sequence whose tokens have these characters.
Encoding with_tokens(const std::vector<Span>& characters) {
  Encoding encoding;
  for (const Span& span : characters) {
    encoding.ids.push_back(1);
    encoding.type_ids.push_back(0);
    encoding.offsets.push_back(span);
    encoding.characters.push_back(span);
    encoding.words.push_back(0);
    encoding.sequences.push_back(0);
    encoding.special.push_back(0);
  }
  return encoding;
}

std::vector<std::int32_t> words(std::string_view text, const std::vector<Span>& tokens,
                                WordRule rule = WordRule::unicode) {
  return word_indices(with_tokens(tokens), text, {}, rule);
}

TEST(WordIndices, JoinTokensOfOneWord) {
  // Len|a|,| in| Os|lo|.
  EXPECT_THAT(words("Lena, in Oslo.", {{0, 3}, {3, 4}, {4, 5}, {6, 8}, {9, 11}, {11, 13}, {13, 14}}),
              ElementsAre(0, 0, 1, 2, 3, 3, 4));
  // a token that reaches over two words, then the rest of the second
  EXPECT_THAT(words("ab cd e", {{0, 4}, {4, 5}, {6, 7}}), ElementsAre(0, 0, 1));
}

TEST(WordIndices, AreSubwordsInScriptsWithoutSpaces) {
  EXPECT_THAT(words("北京在", {{0, 6}, {6, 9}}), ElementsAre(0, 1));
  EXPECT_THAT(words("北京", {{0, 3}, {0, 3}, {3, 6}, {3, 6}}), ElementsAre(0, 0, 1, 1));   // bytes of characters
  EXPECT_THAT(words("น้ำใจ", {{0, 3}, {3, 6}, {6, 9}, {9, 15}}), ElementsAre(0, 0, 0, 1));  // a consonant with marks
}

TEST(WordIndices, GiveBlanksToTheNextWord) {
  EXPECT_THAT(words("a  b ", {{0, 1}, {2, 2}, {3, 3}, {3, 4}, {5, 5}}), ElementsAre(0, 1, 1, 1, 1));
  EXPECT_THAT(words("a", {{0, 0}, {0, 1}}), ElementsAre(0, 0));
  EXPECT_THAT(words(" ", {{1, 1}}), ElementsAre(0));
}

TEST(WordIndices, OfTagsAreDividedAtApostrophesAndColons) {
  const std::vector<Span> tokens = {{0, 4}, {4, 5}, {5, 6}};
  EXPECT_THAT(words("Lena's", tokens), ElementsAre(0, 0, 0));
  EXPECT_THAT(words("Lena's", tokens, WordRule::tags), ElementsAre(0, 1, 2));
  EXPECT_THAT(words("City:A", tokens, WordRule::tags), ElementsAre(0, 1, 2));
  EXPECT_THAT(words("1000.5", tokens, WordRule::tags), ElementsAre(0, 0, 0));
  EXPECT_THAT(words("1000'5", tokens, WordRule::tags), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace limn
