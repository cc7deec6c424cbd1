// Texts that are tokenized in blocks have the tokens of the whole text.
#include "text/window_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace limn {
namespace {

using Json = nlohmann::json;

struct TokenizerCases {
  std::string name;
  Tokenizer tokenizer;
  std::string text;  // all texts of its cases, one after the other
};

/// Whether offsets of what follows the text are wrong: after some combined accents, `tokenizers` shifts all of them. In
/// blocks, only those of the block are.
bool shifts_offsets(const Tokenizer& tokenizer, const std::string& text) {
  const Encoding encoding = tokenizer.encode(text + " end");
  std::size_t last = 0;
  for (std::size_t token = 0; token < encoding.size(); ++token)
    if (!encoding.special[token]) last = encoding.characters[token].end;
  return last != text.size() + 4;
}

/// The tokenizers of the cases; those of all families and of odd components.
std::vector<TokenizerCases> tokenizers_with_texts() {
  std::vector<TokenizerCases> all;
  std::mt19937 random(7);
  for (const auto& entry : std::filesystem::directory_iterator(LIMN_SOURCE_DIR "/tests/text/data")) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream file(entry.path());
    std::string line, text = "Begin";
    std::getline(file, line);
    const std::string folder = Json::parse(line)["tokenizer"];
    Tokenizer tokenizer = Tokenizer::load(std::filesystem::path(LIMN_SOURCE_DIR) / folder);
    while (std::getline(file, line) && text.size() < 20'000) {
      const Json row = Json::parse(line);
      if (row.contains("refused") || !row.contains("text")) continue;
      if (shifts_offsets(tokenizer, row["text"])) continue;
      const char* const joints[] = {" ", " and ", "\n", "  ", " 7 ", ". The "};
      text += joints[random() % std::size(joints)] + row["text"].get<std::string>();
    }
    all.push_back({entry.path().stem().string(), std::move(tokenizer), std::move(text)});
  }
  return all;
}

void expect_equal(const Encoding& found, const Encoding& expected) {
  EXPECT_EQ(found.ids, expected.ids);
  EXPECT_EQ(found.type_ids, expected.type_ids);
  EXPECT_TRUE(found.offsets == expected.offsets);
  EXPECT_TRUE(found.characters == expected.characters);
  EXPECT_EQ(found.words, expected.words);
  EXPECT_EQ(found.sequences, expected.sequences);
  EXPECT_EQ(found.special, expected.special);
  EXPECT_EQ(found.window_begin, expected.window_begin);
}

TEST(WindowReader, BlocksDoNotChangeTheTokens) {
  std::size_t with_blocks = 0;
  for (const auto& [name, tokenizer, text] : tokenizers_with_texts()) {
    with_blocks += tokenizer.has_blocks() ? 1 : 0;
    const WindowReader whole = tokenizer.window_reader("Who came?", text, 48, 13, 0);
    for (const std::size_t bytes : {1U, 60U, 1000U}) {
      SCOPED_TRACE(name + ", " + std::to_string(bytes));
      const WindowReader blocks = tokenizer.window_reader("Who came?", text, 48, 13, bytes);
      ASSERT_EQ(blocks.size(), whole.size());
      for (std::size_t w = 0; w < whole.size() && !testing::Test::HasFailure(); ++w) expect_equal(blocks[w], whole[w]);
    }
  }
  EXPECT_GE(with_blocks, 8U) << "or the test shows little";
}

TEST(WindowReader, ReadsWindowsInAnyOrder) {
  for (const auto& [name, tokenizer, text] : tokenizers_with_texts()) {
    SCOPED_TRACE(name);
    const WindowReader blocks = tokenizer.window_reader(text, 64, 16, 200);
    const std::vector<Encoding> in_order = tokenizer.windows(text, 64, 16);
    ASSERT_EQ(blocks.size(), in_order.size());
    for (std::size_t w = in_order.size(); w-- > 0;) EXPECT_EQ(blocks[w].ids, in_order[w].ids);
    for (std::size_t w = 0; w < in_order.size(); w += 5) EXPECT_EQ(blocks[w].ids, in_order[w].ids);
  }
}

TEST(WindowReader, NamesTheWindowsAroundCharacters) {
  for (const auto& [name, tokenizer, text] : tokenizers_with_texts()) {
    SCOPED_TRACE(name);
    const WindowReader blocks = tokenizer.window_reader(text, 64, 16, 200);
    for (std::size_t w = 0; w < blocks.size(); ++w) {
      const Encoding window = blocks[w];
      for (std::size_t token = 0; token < window.size(); ++token) {
        if (window.characters[token].begin == window.characters[token].end) continue;
        const auto [first, last] = blocks.around(window.characters[token]);
        EXPECT_LE(first, w);
        EXPECT_LT(w, last);
        EXPECT_LE(last, blocks.size());
      }
    }
  }
}

/// A tokenizer of words: what begins a block?
std::vector<std::size_t> block_lengths(std::string_view text, std::size_t bytes) {
  std::vector<std::size_t> lengths;
  const TokenBlocks blocks(
      text,
      [&](std::string_view part, Subwords& subwords) {
        lengths.push_back(part.size());
        subwords.push_back(0, {part.size() - 1, part.size()}, 0);
        subwords.characters.push_back({part.size() - 1, part.size()});
        return 1;
      },
      bytes);
  return lengths;
}

TEST(WindowReader, BlocksBeginAtSingleSpacesBetweenWords) {
  // A block is read with up to 32 bytes before it.
  EXPECT_EQ(block_lengths("one two", 1), (std::vector<std::size_t>{3, 7}));
  EXPECT_EQ(block_lengths("one  two", 1), (std::vector<std::size_t>{8})) << "two spaces";
  EXPECT_EQ(block_lengths("one -two", 1), (std::vector<std::size_t>{8})) << "a sign after the space";
  EXPECT_EQ(block_lengths("one) two", 1), (std::vector<std::size_t>{8})) << "a bracket before it";
  EXPECT_EQ(block_lengths("one. two", 1), (std::vector<std::size_t>{4, 8}));
  EXPECT_EQ(block_lengths("one \u0E33two", 1), (std::vector<std::size_t>{10})) << "a vowel that belongs to the space";
  EXPECT_EQ(block_lengths("é ü", 1), (std::vector<std::size_t>{2, 5}));
  EXPECT_EQ(block_lengths("中文中文", 1), (std::vector<std::size_t>{12})) << "no space at all";
  EXPECT_EQ(block_lengths("one two", 0), (std::vector<std::size_t>{7}));
}

}  // namespace
}  // namespace limn
