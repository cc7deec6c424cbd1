// What tokenizer_config.json and other files change about a tokenizer.json, compared with transformers
// (tools/make_sibling_cases.py). Each case is named after the row of the table in docs/tokenizers.md that it tests.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tokenizer_folder.h"

namespace limn {
namespace {

using Json = nlohmann::json;

const Json& siblings() {
  static const Json document = [] {
    std::ifstream file(LIMN_SOURCE_DIR "/tests/text/siblings.json");
    return Json::parse(file);
  }();
  return document;
}

void write_files(const Json& row, TokenizerFolder& folder) {
  for (const auto& [file, content] : row["files"].items()) folder.write_json(file, content);
  folder.write_json("tokenizer.json", siblings()["tokenizers"][row["tokenizer"].get<std::string>()]);
}

class SiblingsTest : public testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(Case, SiblingsTest, testing::Range(std::size_t{0}, siblings()["cases"].size()),
                         [](const testing::TestParamInfo<std::size_t>& info) {
                           return siblings()["cases"][info.param]["name"].get<std::string>();
                         });

TEST_P(SiblingsTest, MatchesTransformers) {
  const Json& row = siblings()["cases"][GetParam()];
  TokenizerFolder folder;
  write_files(row, folder);
  const Tokenizer tokenizer = folder.load();
  std::size_t texts = 0;
  for (const Json& expected : row["expected"]) {
    const Encoding found = tokenizer.encode(expected["text"].get<std::string>());
    EXPECT_EQ(Json(found.ids), expected["ids"]) << expected["text"];
    Json offsets = Json::array();
    for (const Span& span : found.offsets) {
      offsets.push_back(span.begin);
      offsets.push_back(span.end);
    }
    EXPECT_EQ(offsets, expected["offsets"]) << expected["text"];
    ++texts;
  }
  EXPECT_GE(texts, 2U);
  EXPECT_EQ(tokenizer.max_length() ? Json(*tokenizer.max_length()) : Json(), row["max_length"]);
}

TEST(Siblings, TheDocumentNamesEveryCase) {
  std::ifstream file(LIMN_SOURCE_DIR "/docs/tokenizers.md");
  const std::string document((std::istreambuf_iterator<char>(file)), {});
  const Json& cases = siblings()["cases"];
  for (const Json& row : cases) EXPECT_NE(document.find(row["name"].get<std::string>()), document.npos) << row["name"];
  EXPECT_EQ(cases.size(), 56U);
}

std::vector<std::string> warnings(const Json& tokenizer, const Json& tokenizer_config) {
  TokenizerFolder folder;
  folder.write_json("config.json", {{"model_type", "bert"}}).write_json("tokenizer.json", tokenizer);
  folder.write_json("tokenizer_config.json", tokenizer_config);
  return folder.load().warnings();
}

TEST(Siblings, WarnsOfAContradiction) {
  const Json& uncased = siblings()["tokenizers"]["uncased"];
  EXPECT_EQ(warnings(uncased, {{"do_lower_case", true}}), std::vector<std::string>());
  EXPECT_EQ(warnings(uncased, {{"tokenizer_class", "PreTrainedTokenizerFast"}, {"do_lower_case", false}}),
            std::vector<std::string>());
  const auto found = warnings(uncased, {{"do_lower_case", false}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0],
            "the normalizer of tokenizer.json is replaced by that of BertTokenizer and tokenizer_config.json, as in "
            "transformers 5: lowercase true becomes false");
}

TEST(Siblings, KeepsATokenizerThatTheClassCannotRead) {
  const auto found = warnings(siblings()["tokenizers"]["bytes"], Json::object());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "tokenizer_class BertTokenizer does not fit tokenizer.json, which is used as it is");
}

}  // namespace
}  // namespace limn
