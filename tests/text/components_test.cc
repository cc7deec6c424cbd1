// What the cases of the `tokenizers` package do not cover: long words, limits, and invalid files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "text/tokenizer_folder.h"

namespace limn {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

json bpe_tokenizer() {
  return json::parse(R"({"model": {"type": "BPE", "vocab": {"a": 0, "aa": 1, "aaaa": 2, "b": 3, "ab": 4},
                                   "merges": ["a a", "aa aa", "a b"]}})");
}

json unigram_tokenizer() {
  return json::parse(R"({"model": {"type": "Unigram", "unk_id": 0,
                                   "vocab": [["<unk>", 0], ["a", -1], ["aa", -1.5], ["ab", -2]]}})");
}

std::string error_of(const json& tokenizer) {
  TokenizerFolder folder;
  return folder.write_json("tokenizer.json", tokenizer).error();
}

// One word of 2²⁰ letters. By hand: BPE merges all letters twice; Unigram prefers pairs, which cost 0.75 per letter
// instead of 1. With quadratic time, the test would take hours.
TEST(Components, LongWordsTakeLinearTime) {
  const std::string text(std::size_t{1} << 20, 'a');
  TokenizerFolder bpe, unigram;
  const Encoding merged = bpe.write_json("tokenizer.json", bpe_tokenizer()).load().encode(text);
  ASSERT_EQ(merged.size(), text.size() / 4);
  EXPECT_EQ(merged.ids.front(), 2);
  EXPECT_EQ(merged.offsets.back(), (Span{text.size() - 4, text.size()}));
  const Encoding best = unigram.write_json("tokenizer.json", unigram_tokenizer()).load().encode(text);
  ASSERT_EQ(best.size(), text.size() / 2);
  EXPECT_EQ(best.ids.back(), 2);
  EXPECT_EQ(best.offsets.back(), (Span{text.size() - 2, text.size()}));
}

// By hand: "aab" is a + ab (−3), not aa + an unknown b (−1.5 − 12); "bb" is one unknown token.
TEST(Components, UnigramMaximizesTheSumOfScores) {
  TokenizerFolder folder;
  const Tokenizer tokenizer = folder.write_json("tokenizer.json", unigram_tokenizer()).load();
  EXPECT_THAT(tokenizer.encode("aab").ids, ElementsAre(1, 3));
  EXPECT_THAT(tokenizer.encode("bba").ids, ElementsAre(0, 1));
  EXPECT_EQ(tokenizer.encode("bba").offsets[0], (Span{0, 2}));
}

// By hand: the earliest merge is applied first, so the b after two a stays separate; characters without a token are
// dropped.
TEST(Components, BpeAppliesTheEarliestMergeFirst) {
  TokenizerFolder folder;
  const Tokenizer tokenizer = folder.write_json("tokenizer.json", bpe_tokenizer()).load();
  EXPECT_THAT(tokenizer.encode("aab").ids, ElementsAre(1, 3));
  EXPECT_THAT(tokenizer.encode("aaab").ids, ElementsAre(1, 4));
  EXPECT_THAT(tokenizer.encode("xab").ids, ElementsAre(4));
}

TEST(Components, RejectsInvalidModels) {
  json bpe = bpe_tokenizer(), unigram = unigram_tokenizer();
  bpe["model"]["dropout"] = 0.1;
  EXPECT_THAT(error_of(bpe), HasSubstr("model.dropout: found 0.1, expected null or 0"));
  bpe["model"]["dropout"] = 0.0;
  EXPECT_EQ(error_of(bpe), "");
  bpe["model"]["merges"] = {"a c"};
  EXPECT_EQ(
      error_of(bpe),
      "tokenizer.json: model.merges, merge of 'a' and 'c': found no token 'c', expected tokens of the vocabulary");
  bpe["model"]["merges"] = {json::array({"a", "a"}), "a b c"};
  EXPECT_EQ(error_of(bpe), "tokenizer.json: model.merges[1]: found 'a b c', expected two tokens");
  bpe["model"]["merges"] = json::array({json::array({"a"})});
  EXPECT_EQ(error_of(bpe), "tokenizer.json: model.merges[0]: found a list of 1, expected two tokens");
  bpe["model"]["merges"] = {7};
  EXPECT_EQ(error_of(bpe), "tokenizer.json: model.merges[0]: found 7, expected two tokens");
  bpe["model"]["merges"] = json::array();
  bpe["model"]["unk_token"] = "?";
  EXPECT_THAT(error_of(bpe), HasSubstr("model.unk_token: found '?', which is not in model.vocab"));

  unigram["model"]["vocab"][1] = {"a"};
  EXPECT_EQ(error_of(unigram), "tokenizer.json: model.vocab[1]: found a list of 1, expected a token and its score");
  unigram["model"]["vocab"][1] = {-1, "a"};
  EXPECT_EQ(error_of(unigram), "tokenizer.json: model.vocab[1]: found a number, expected a token and its score");
  unigram["model"]["vocab"][1] = {"a", -1};
  unigram["model"]["unk_id"] = 4;
  EXPECT_THAT(error_of(unigram), HasSubstr("model.unk_id: found 4, expected the id of a token"));
  unigram["model"]["unk_id"] = nullptr;
  TokenizerFolder folder;
  const Tokenizer without = folder.write_json("tokenizer.json", unigram).load();
  EXPECT_THAT(without.encode("aa").ids, ElementsAre(2));
  EXPECT_THROW(without.encode("b"), Error);
}

TEST(Components, NormalizersThatExplodeAreStopped) {
  const auto message = [](const json& normalizer, const std::string& text) {
    json tokenizer = bpe_tokenizer();
    tokenizer["normalizer"] = normalizer;
    TokenizerFolder folder;
    const Tokenizer loaded = folder.write_json("tokenizer.json", tokenizer).load();
    try {
      loaded.encode(text);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  // 64 rules that each double the text: 2^64 characters.
  const json doubling = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
  const json chain = {{"type", "Sequence"}, {"normalizers", json(std::vector<json>(64, doubling))}};
  EXPECT_THAT(message(chain, "a"), HasSubstr("normalizer: found a rule that lengthens the text to 2048 characters, "
                                             "expected at most 1072"));  // 72 · 1 + 1000
  const json prepend = {{"type", "Prepend"}, {"prepend", std::string(100'000, 'a')}};
  EXPECT_THAT(message(prepend, "a"), HasSubstr("to 100001 characters"));
  EXPECT_EQ(message(doubling, std::string(1000, 'a')), "");
  const json wide = {{"type", "Sequence"}, {"normalizers", {{{"type", "NFKD"}}, {{"type", "ByteLevel"}}}}};
  std::string widest;  // U+FDFA has the longest decomposition of Unicode: 18 characters, 33 bytes
  for (int i = 0; i < 1000; ++i) widest += "\xEF\xB7\xBA";
  EXPECT_THAT(message(wide, widest), Not(HasSubstr("lengthens")));
}

TEST(Components, RejectsInvalidPatternsAndMaps) {
  json tokenizer = bpe_tokenizer();
  tokenizer["normalizer"] = {{"type", "Replace"}, {"pattern", {{"Regex", "(a"}}}, {"content", ""}};
  EXPECT_THAT(error_of(tokenizer), HasSubstr("normalizer.pattern.Regex: found '(a' (missing closing parenthesis)"));
  tokenizer["normalizer"]["pattern"] = {{"Glob", "*"}};
  EXPECT_THAT(error_of(tokenizer), HasSubstr("normalizer.pattern: found an object, expected a String or a Regex"));
  tokenizer["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", "*"}};
  EXPECT_THAT(error_of(tokenizer), HasSubstr("normalizer.precompiled_charsmap: found \"*\", expected Base64"));
  tokenizer["normalizer"]["precompiled_charsmap"] = "AAECAw==";
  EXPECT_THAT(error_of(tokenizer), HasSubstr("found 4 bytes with a trie of 50462976"));

  // Matching gives up on an expression with exponential backtracking.
  tokenizer["normalizer"] = {{"type", "Replace"}, {"pattern", {{"Regex", "(a+)+$"}}}, {"content", ""}};
  TokenizerFolder folder;
  const Tokenizer loaded = folder.write_json("tokenizer.json", tokenizer).load();
  try {
    loaded.encode(std::string(100, 'a') + "b");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("regular expression '(a+)+$': found a text on which matching gives up"));
  }
}

TEST(Components, RejectsInvalidOlderFiles) {
  TokenizerFolder merges, spiece;
  merges.write("vocab.json", R"({"a": 0, "b": 1, "<s>": 2, "</s>": 3})").write("merges.txt", "#version: 0.2\na b\n");
  EXPECT_THAT(merges.error(), HasSubstr("merge of 'a' and 'b': found no token 'ab'"));
  merges.write("merges.txt", "#version: 0.2\na b c\n");
  EXPECT_EQ(merges.error(), "merges.txt: line 2: found 'a b c', expected two tokens separated by a space");
  merges.write("merges.txt", "").write("tokenizer_config.json", R"({"tokenizer_class": "MarianTokenizer"})");
  EXPECT_THAT(merges.error(), HasSubstr("tokenizer_class: found \"MarianTokenizer\", expected one of Bert"));
  merges.write("tokenizer_config.json", "{}");
  EXPECT_EQ(merges.error(), "");

  spiece.write("spiece.model", "");
  EXPECT_THAT(spiece.error(), HasSubstr("spiece.model: tokenizer: found neither a tokenizer_class"));
  spiece.write("config.json", R"({"model_type": "albert"})");
  EXPECT_EQ(spiece.error(), "spiece.model: found no tokens, expected a SentencePiece model");
  spiece.write("spiece.model", "\x0A\x7F");
  EXPECT_EQ(spiece.error(),
            "spiece.model: found a field that extends beyond the end of the file, expected a SentencePiece model");
  spiece.write("spiece.model",
               "\x0A\x03\x0A\x01"
               "a");
  EXPECT_THAT(spiece.error(), HasSubstr("vocabulary of 1 tokens: found no '[SEP]'"));
}

}  // namespace
}  // namespace limn
