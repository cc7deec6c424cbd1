// Compares encodings with those of the `tokenizers` package (tools/make_tokenizer_cases.py): the cases in
// tests/text/data or in the file that $LIMN_TOKENIZER_CASES names ("-": standard input).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "limn/error.h"
#include "text/tokenizer.h"

namespace limn {
namespace {

using Json = nlohmann::json;

std::vector<std::filesystem::path> case_files() {
  if (const char* file = std::getenv("LIMN_TOKENIZER_CASES")) return {file};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(LIMN_SOURCE_DIR "/tests/text/data"))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// In the format of the cases.
Json as_json(const Encoding& encoding) {
  Json result = {{"ids", encoding.ids}, {"words", encoding.words}, {"offsets", Json::array()}};
  for (const Span& offset : encoding.offsets) {
    result["offsets"].push_back(offset.begin);
    result["offsets"].push_back(offset.end);
  }
  std::string type_ids, special, sequences;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    type_ids += std::to_string(encoding.type_ids[i]);
    special += std::to_string(encoding.special[i]);
    sequences += encoding.sequences[i] < 0 ? "-" : std::to_string(encoding.sequences[i]);
  }
  result["type_ids"] = type_ids;
  result["special"] = special;
  result["sequences"] = sequences;
  return result;
}

std::size_t text_tokens(const Encoding& encoding) {
  return static_cast<std::size_t>(std::ranges::count(encoding.special, std::uint8_t{0}));
}

/// Words of which only the first window is read.
Encoding encode_words(const Tokenizer& tokenizer, const std::vector<std::string>& words, std::size_t max_length) {
  std::vector<Encoding> windows = tokenizer.windows(words, max_length, 0);
  windows.front().cut_tokens = windows.back().window_begin + text_tokens(windows.back()) - text_tokens(windows.front());
  return std::move(windows.front());
}

std::vector<Encoding> encode(const Tokenizer& tokenizer, const Json& row) {
  const std::size_t max_length = row.value("max_length", std::size_t{0});
  if (row.contains("split")) return {encode_words(tokenizer, row["split"].get<std::vector<std::string>>(), max_length)};
  const auto text = row["text"].get<std::string>();
  if (row.contains("window"))
    return tokenizer.windows(text, row["pair"].get<std::string>(), row["window"][0], row["window"][1]);
  std::optional<std::string> pair;
  if (row.contains("pair")) pair = row["pair"].get<std::string>();
  return {tokenizer.encode(text, pair, max_length)};
}

/// All vectors have one element per token, and the remaining and truncated tokens are all tokens of the input.
void check_sizes(const Tokenizer& tokenizer, const Json& row, const std::vector<Encoding>& encodings) {
  for (const Encoding& encoding : encodings) {
    EXPECT_EQ(encoding.type_ids.size(), encoding.size());
    EXPECT_EQ(encoding.offsets.size(), encoding.size());
    EXPECT_EQ(encoding.words.size(), encoding.size());
    EXPECT_EQ(encoding.sequences.size(), encoding.size());
    EXPECT_EQ(encoding.special.size(), encoding.size());
  }
  if (row.contains("max_length")) {
    Json whole = row;
    whole.erase("max_length");
    EXPECT_EQ(encodings[0].size() + encodings[0].cut_tokens, encode(tokenizer, whole)[0].size());
  } else {
    EXPECT_EQ(encodings[0].cut_tokens, 0U);
  }
}

class CasesTest : public testing::TestWithParam<std::filesystem::path> {};

/// GoogleTest allows only letters, digits and _.
std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param == "-" ? "input" : info.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(File, CasesTest, testing::ValuesIn(case_files()), test_name);

TEST_P(CasesTest, MatchesTheTokenizersPackage) {
  std::ifstream file(GetParam());
  std::istream& lines = GetParam() == "-" ? std::cin : file;
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  const auto tokenizer =
      Tokenizer::load(std::filesystem::path(LIMN_SOURCE_DIR) / Json::parse(line)["tokenizer"].get<std::string>());
  std::size_t cases = 0, failures = 0;
  while (std::getline(lines, line)) {
    const Json row = Json::parse(line);
    ++cases;
    if (row.contains("refused")) {
      EXPECT_THROW(encode(tokenizer, row), Error) << line.substr(0, 1000);
      continue;
    }
    const std::vector<Encoding> encodings = encode(tokenizer, row);
    Json found = Json::array();
    for (const Encoding& encoding : encodings) found.push_back(as_json(encoding));
    const bool equal = found == row["expected"];
    failures += !equal;
    constexpr std::size_t most_shown = 20;
    if (failures <= most_shown) EXPECT_EQ(found, row["expected"]) << line.substr(0, 1000);
    check_sizes(tokenizer, row, encodings);
  }
  std::cout << cases << " cases, " << failures << " differ\n";
  EXPECT_GT(cases, 0U);
  RecordProperty("cases", static_cast<int>(cases));
}

}  // namespace
}  // namespace limn
