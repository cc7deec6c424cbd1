#include "text/tokenizer.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "text/tokenizer_folder.h"

namespace limn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

const Tokenizer& uncased() {
  static const auto tokenizer = Tokenizer::load(LIMN_SOURCE_DIR "/models/minilm-l6-qa");
  return tokenizer;
}

std::vector<std::string> names(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::vector<std::string> result;
  for (const std::int32_t id : encoding.ids) result.emplace_back(tokenizer.token(id));
  return result;
}

/// The bytes of the original text that each token comes from, without the special tokens.
std::vector<std::string> originals(std::string_view text, const Encoding& encoding) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    const Span span = encoding.offsets[i];
    if (!encoding.special[i]) result.emplace_back(text.substr(span.begin, span.end - span.begin));
  }
  return result;
}

TEST(Tokenizer, OffsetsAreBytesOfTheOriginalText) {
  const std::string text = "The Café’s naïve 東京 [MASK]\u00a0unaff\u00adable";
  const Encoding encoding = uncased().encode(text);
  EXPECT_THAT(names(uncased(), encoding), ElementsAre("[CLS]", "the", "cafe", "’", "s", "naive", "東", "京", "[MASK]",
                                                      "una", "##ffa", "##ble", "[SEP]"));
  EXPECT_THAT(originals(text, encoding),
              ElementsAre("The", "Café", "’", "s", "naïve", "東", "京", "[MASK]", "una", "ff\u00ada", "ble"));
  EXPECT_THAT(encoding.words, ElementsAre(-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, -1));
  EXPECT_THAT(encoding.sequences, ElementsAre(-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1));
}

TEST(Tokenizer, OffsetsOfAPairAreRelativeToEachText) {
  const std::string question = "Which country?", context = "Macedonia, a vassal of Persia.";
  const Encoding encoding = uncased().encode(question, context);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    if (encoding.sequences[i] < 0) continue;
    const Span span = encoding.offsets[i];
    found.push_back((encoding.sequences[i] == 0 ? question : context).substr(span.begin, span.end - span.begin));
  }
  EXPECT_THAT(found, ElementsAre("Which", "country", "?", "Macedonia", ",", "a", "vassal", "of", "Persia", "."));
  EXPECT_THAT(encoding.type_ids, ElementsAre(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
}

TEST(Tokenizer, TruncatesTheLongerTextFirst) {
  const auto cut = [](std::string_view text, std::string_view pair, std::size_t length) {
    const Encoding encoding = uncased().encode(text, pair, length);
    return std::tuple(std::ranges::count(encoding.sequences, 0), std::ranges::count(encoding.sequences, 1),
                      encoding.cut_tokens);
  };
  EXPECT_EQ(cut("a b", "a b c d e f g h", 13), std::tuple(2, 8, 0U));
  EXPECT_EQ(cut("a b", "a b c d e f g h", 9), std::tuple(2, 4, 4U));
  EXPECT_EQ(cut("a b c d e f g h", "a b", 9), std::tuple(4, 2, 4U));
  EXPECT_EQ(cut("a b c d e f g h", "a b c d e f", 10), std::tuple(4, 3, 7U));
  EXPECT_EQ(cut("a b c d e f", "a b c d e f", 10), std::tuple(3, 4, 5U));
  EXPECT_EQ(cut("a b", "c d", 3), std::tuple(0, 0, 4U));
}

TEST(Tokenizer, RejectsTooSmallMaxLength) {
  EXPECT_THROW(uncased().encode("a", {}, 1), Error);
  EXPECT_THROW(uncased().encode("a", "b", 2), Error);
  EXPECT_EQ(uncased().encode("a", {}, 2).size(), 2U);
  const std::vector<std::string> words = {"a"};
  EXPECT_THROW(uncased().windows(words, 1, 0), Error);
}

TEST(Tokenizer, WindowsCoverTheContextAndShareTheStride) {
  std::string context;
  for (int i = 0; i < 1000; ++i) context += "word" + std::to_string(i) + " ";
  const std::string question = "Which word is it?";
  const Encoding whole = uncased().encode(context);
  constexpr std::size_t length = 100, stride = 32;
  const auto windows = uncased().windows(question, context, length, stride);
  std::size_t next = 1;  // index in `whole`, after [CLS]
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const Encoding& window = windows[w];
    const bool last = w + 1 == windows.size();
    EXPECT_TRUE(last ? window.size() <= length : window.size() == length);
    const std::size_t begin = 7;  // [CLS] which word is it ? [SEP]
    if (w > 0) next -= stride;
    for (std::size_t i = begin; i + 1 < window.size(); ++i, ++next) {
      ASSERT_EQ(window.ids[i], whole.ids[next]);
      ASSERT_EQ(window.offsets[i], whole.offsets[next]);
      ASSERT_EQ(window.words[i], whole.words[next]);
      ASSERT_EQ(window.sequences[i], 1);
    }
    EXPECT_EQ(window.cut_tokens, 0U);
  }
  EXPECT_EQ(next + 1, whole.size());
}

TEST(Tokenizer, RejectsWindowsWithoutRoomForTheContext) {
  const std::string context(400, '.');
  EXPECT_EQ(uncased().windows("a b c", context, 10, 3).size(), 397U);
  for (const auto& [length, stride] :
       {std::pair(10, 4), std::pair(10, 100), std::pair(6, 0), std::pair(2, 0), std::pair(0, 0)}) {
    EXPECT_THROW(
        uncased().windows("a b c", context, static_cast<std::size_t>(length), static_cast<std::size_t>(stride)), Error);
  }
  EXPECT_EQ(uncased().windows("a b c", "short", 10, 9).size(), 1U) << "one window needs no stride";
}

TEST(Tokenizer, OffsetsOfWordsAreRelativeToEachWord) {
  const std::vector<std::string> words = {"Zürich's", "", "co-op"};
  const Encoding encoding = uncased().windows(words, 0, 0).front();
  EXPECT_THAT(encoding.words, ElementsAre(-1, 0, 0, 0, 2, 2, 2, -1));
  std::vector<std::string> found;
  for (std::size_t i = 1; i + 1 < encoding.size(); ++i) {
    const Span span = encoding.offsets[i];
    found.push_back(words[static_cast<std::size_t>(encoding.words[i])].substr(span.begin, span.end - span.begin));
  }
  EXPECT_THAT(found, ElementsAre("Zürich", "'", "s", "co", "-", "op"));
}

TEST(Tokenizer, RejectsInvalidText) {
  EXPECT_THROW(uncased().encode("a\xFF"), Error);
  EXPECT_THROW(uncased().encode("a", "\xC3"), Error);
  EXPECT_THROW(uncased().windows("\x80", "a", 64, 0), Error);
  EXPECT_THROW(uncased().windows("a", "\xED\xA0\x80", 64, 0), Error);
  try {
    uncased().windows(std::vector<std::string>{"fine", "b\xFF"}, 0, 0);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "word 2: byte 1: found invalid UTF-8, expected text in UTF-8");
  }
}

TEST(Tokenizer, LooksUpTokensAndIds) {
  EXPECT_EQ(uncased().vocabulary_size(), 30522U);
  EXPECT_EQ(uncased().token(101), "[CLS]");
  EXPECT_EQ(uncased().id("##ing"), 2075);
  EXPECT_EQ(uncased().id("no such token"), std::nullopt);
  EXPECT_EQ(uncased().special().unknown, 100);
  EXPECT_EQ(uncased().special().cls_token, 101);
  EXPECT_EQ(uncased().special().sep_token, 102);
  EXPECT_EQ(uncased().special().pad, 0);
  EXPECT_EQ(uncased().special().mask, 103);
  EXPECT_EQ(uncased().max_length(), 512U);
  for (std::int32_t id = 0; id < 30522; ++id) ASSERT_EQ(uncased().id(uncased().token(id)), id);
}

TEST(Tokenizer, IgnoresTruncationAndPaddingSections) {
  TokenizerFolder folder;
  const Tokenizer tokenizer = folder.write_json("tokenizer.json", small_tokenizer()).load();
  EXPECT_THAT(names(tokenizer, tokenizer.encode("Hello, worlds élan")),
              ElementsAre("[CLS]", "hello", ",", "world", "##s", "[UNK]", "[SEP]"));
  EXPECT_EQ(tokenizer.max_length(), std::nullopt);
}

TEST(Tokenizer, VocabularyIdsMayHaveGapsAndAnyOrder) {
  Json file = small_tokenizer();
  file["model"]["vocab"]["far"] = 200'000;
  file["added_tokens"].push_back({{"id", 250'000}, {"content", "<new>"}});
  TokenizerFolder folder;
  const Tokenizer tokenizer = folder.write_json("tokenizer.json", file).load();
  EXPECT_EQ(tokenizer.vocabulary_size(), 250'001U);
  EXPECT_THAT(tokenizer.encode("far<new>").ids, ElementsAre(2, 200'000, 250'000, 3));
  EXPECT_EQ(tokenizer.token(199'999), "");
  EXPECT_EQ(tokenizer.token(250'000), "<new>");
}

TEST(Tokenizer, BertProcessingAndNoProcessing) {
  Json file = small_tokenizer();
  file["post_processor"] = {{"type", "BertProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}};
  TokenizerFolder bert;
  const Encoding pair = bert.write_json("tokenizer.json", file).load().encode("hello", "world");
  EXPECT_THAT(pair.ids, ElementsAre(2, 5, 3, 6, 3));
  EXPECT_THAT(pair.type_ids, ElementsAre(0, 0, 0, 1, 1));

  file["post_processor"] = nullptr;
  TokenizerFolder none;
  const Encoding bare = none.write_json("tokenizer.json", file).load().encode("hello", "world");
  EXPECT_THAT(bare.ids, ElementsAre(5, 6));
  EXPECT_THAT(bare.type_ids, ElementsAre(0, 1));
  EXPECT_THAT(bare.special, ElementsAre(0, 0));
}

TEST(Tokenizer, WithoutPreTokenizerTheTextIsOneWord) {
  Json file = small_tokenizer();
  file["pre_tokenizer"] = nullptr;
  TokenizerFolder folder;
  const Tokenizer tokenizer = folder.write_json("tokenizer.json", file).load();
  EXPECT_THAT(tokenizer.encode("worlds").ids, ElementsAre(2, 6, 7, 3));
  EXPECT_THAT(tokenizer.encode("hello world").ids, ElementsAre(2, 1, 3));
}

TEST(Tokenizer, VocabularyFileWithWindowsLineEnds) {
  TokenizerFolder folder;
  const Tokenizer tokenizer =
      folder.write("vocab.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\nhello\r\n##s").load();
  EXPECT_THAT(tokenizer.encode("HELLOs").ids, ElementsAre(2, 5, 6, 3));
  EXPECT_EQ(tokenizer.vocabulary_size(), 7U);
}

TEST(Tokenizer, LastOfRepeatedLinesWins) {
  TokenizerFolder folder;
  const Tokenizer tokenizer = folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n\na\n").load();
  EXPECT_EQ(tokenizer.id("a"), 5);
  EXPECT_EQ(tokenizer.vocabulary_size(), 6U);
  EXPECT_EQ(tokenizer.token(3), "a");
}

TEST(Tokenizer, ReadsSpecialTokensFromOtherFiles) {
  TokenizerFolder folder;
  folder.write("vocab.txt", "<pad>\n<unk>\n<s>\n</s>\n<mask>\na\n");
  EXPECT_THAT(folder.error(), HasSubstr("vocab.txt: vocabulary of 6 tokens: found no '[UNK]'"));
  folder.write_json("special_tokens_map.json", Json{{"cls_token", "a"}});  // not read beside an added_tokens_decoder
  folder.write_json("tokenizer_config.json",
                    Json{{"unk_token", "<unk>"},
                         {"cls_token", {{"content", "<s>"}}},
                         {"mask_token", "<mask>"},
                         {"sep_token", "</s>"},
                         {"model_max_length", 1e30},
                         {"pad_token", nullptr},
                         {"added_tokens_decoder", {{"6", {{"content", "<x>"}, {"lstrip", true}, {"special", true}}}}}});
  const Tokenizer tokenizer = folder.load();
  EXPECT_THAT(tokenizer.encode("a <x><mask>").ids, ElementsAre(2, 5, 6, 4, 3));
  EXPECT_EQ(tokenizer.special().mask, 4);
  EXPECT_EQ(tokenizer.special().pad, std::nullopt) << "no file names <pad>";
  EXPECT_EQ(tokenizer.max_length(), std::nullopt);
}

}  // namespace
}  // namespace limn
