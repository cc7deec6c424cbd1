// Each message names the file, what was found in it, and what was expected.
#include <gmock/gmock.h>

#include <string>

#include "text/tokenizer_folder.h"

namespace limn {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

/// The error for a tokenizer.json with one value replaced.
std::string error_with(const std::string& pointer, const Json& value) {
  Json file = small_tokenizer();
  file[Json::json_pointer(pointer)] = value;
  TokenizerFolder folder;
  return folder.write_json("tokenizer.json", file).error();
}

TEST(TokenizerError, MissingFiles) {
  TokenizerFolder folder;
  EXPECT_THAT(folder.error(),
              HasSubstr("found none of tokenizer.json, vocab.txt, vocab.json with merges.txt, spiece.model"));
  try {
    Tokenizer::load("/no/such/folder");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "/no/such/folder: found no such folder, expected a folder with the files of a tokenizer");
  }
}

TEST(TokenizerError, InvalidJson) {
  TokenizerFolder folder;
  EXPECT_THAT(folder.write("tokenizer.json", "").error(),
              AllOf(HasSubstr("tokenizer.json: line 1"), HasSubstr("expected valid JSON")));
  EXPECT_THAT(folder.write("tokenizer.json", "{\"model\":\n {,}}").error(),
              HasSubstr("tokenizer.json: line 2, column 3: found "));
  EXPECT_THAT(folder.write("tokenizer.json", small_tokenizer().dump().substr(0, 1200)).error(),
              HasSubstr("may be cut off"));
  EXPECT_THAT(folder.write("tokenizer.json", "{\"model\": {\"vocab\": {\"a\xFF\": 1}}}").error(),
              HasSubstr("tokenizer.json: line 1, column "));
  EXPECT_THAT(folder.write("tokenizer.json", "[]").error(), HasSubstr("found a list, expected an object"));
  EXPECT_THAT(folder.write("tokenizer.json", "7").error(), HasSubstr("found 7, expected an object"));
  EXPECT_THAT(folder.write("tokenizer.json", "{\"version\": 1, \"version\": 2}").error(),
              HasSubstr("key 'version': found twice"));
  EXPECT_THAT(folder.write("tokenizer.json", std::string(1'000'000, '[')).error(),
              HasSubstr("nested deeper than 100 levels"));
}

TEST(TokenizerError, NoModel) {
  EXPECT_EQ(error_with("/model", nullptr),
            "tokenizer.json: model: found nothing, expected a model; is this a tokenizer.json?");
  EXPECT_EQ(error_with("/model", 3), "tokenizer.json: model: found 3, expected an object");
  EXPECT_EQ(error_with("/model/vocab", nullptr), "tokenizer.json: model.vocab: found nothing, expected an object");
  EXPECT_EQ(error_with("/model/vocab", Json::array()), "tokenizer.json: model.vocab: found a list, expected an object");
}

TEST(TokenizerError, UnknownComponents) {
  const auto typed = [](const char* type) { return Json{{"type", type}}; };
  EXPECT_EQ(error_with("/model/type", "WordLevel"),
            "tokenizer.json: model: found type 'WordLevel', expected BPE, Unigram or WordPiece");
  const std::string normalizers =
      "BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Sequence, "
      "Strip or StripAccents";
  EXPECT_EQ(error_with("/normalizer", typed("Opus")),
            "tokenizer.json: normalizer: found type 'Opus', expected " + normalizers);
  EXPECT_EQ(error_with("/normalizer", {{"type", "Sequence"}, {"normalizers", {typed("NFD"), typed("Opus")}}}),
            "tokenizer.json: normalizer.normalizers[1]: found type 'Opus', expected " + normalizers);
  EXPECT_EQ(error_with("/pre_tokenizer", typed("UnicodeScripts")),
            "tokenizer.json: pre_tokenizer: found type 'UnicodeScripts', expected BertPreTokenizer, ByteLevel, Digits, "
            "Metaspace, Punctuation, Sequence, Split, Whitespace or WhitespaceSplit");
  EXPECT_EQ(
      error_with("/post_processor", typed("Stars")),
      "tokenizer.json: post_processor: found type 'Stars', expected BertProcessing, ByteLevel, RobertaProcessing, "
      "Sequence or TemplateProcessing");
  EXPECT_EQ(error_with("/normalizer", Json::object()),
            "tokenizer.json: normalizer.type: found nothing, expected a string");
  EXPECT_EQ(error_with("/normalizer/lowercase", "yes"),
            "tokenizer.json: normalizer.lowercase: found \"yes\", expected true or false");

  Json old = small_tokenizer();  // old files do not name the model's type
  old["model"].erase("type");
  TokenizerFolder folder;
  EXPECT_EQ(folder.write_json("tokenizer.json", old).error(), "");
  old["model"]["merges"] = Json::array();
  EXPECT_EQ(folder.write_json("tokenizer.json", old).error(), "");  // a file with merges is BPE
  old["model"].erase("merges");
  old["model"].erase("max_input_chars_per_word");
  EXPECT_THAT(folder.write_json("tokenizer.json", old).error(), HasSubstr("found type 'WordLevel'"));
}

TEST(TokenizerError, Ids) {
  EXPECT_EQ(error_with("/model/vocab/e", -1),
            "tokenizer.json: model.vocab, token 'e': found id -1, expected 0 to 100000000");
  EXPECT_THAT(error_with("/model/vocab/e", std::uint64_t{1} << 63),
              HasSubstr("found id 9223372036854775807, expected 0 to 100000000"));
  EXPECT_THAT(error_with("/model/vocab/e", 4'000'000'000), HasSubstr("found id 4000000000"));
  EXPECT_EQ(error_with("/model/vocab/e", 90'000'000),
            "tokenizer.json: model.vocab: found 10 tokens with ids up to 90000000, expected ids without large gaps");
  EXPECT_EQ(error_with("/model/vocab/e", 5),
            "tokenizer.json: model.vocab, id 5: found the tokens 'e' and 'hello', expected one token for each id");
  EXPECT_EQ(error_with("/model/vocab/e", 1.5), "tokenizer.json: model.vocab, token 'e': found 1.5, expected its id");
  EXPECT_EQ(error_with("/model/vocab/e", "9"), "tokenizer.json: model.vocab, token 'e': found \"9\", expected its id");
  EXPECT_EQ(error_with("/model/vocab/e", Json::array()),
            "tokenizer.json: model.vocab, token 'e': found a list, expected its id");
  TokenizerFolder folder;
  std::string text = small_tokenizer().dump();
  text.replace(text.find("\"hello\":"), 8, "\"world\":");
  EXPECT_EQ(folder.write("tokenizer.json", text).error(),
            "tokenizer.json: model.vocab, token 'world': found the ids 5 and 6, expected one id for each token");
}

TEST(TokenizerError, AddedTokens) {
  const auto token = [](const Json& id, const Json& content) { return Json{{"id", id}, {"content", content}}; };
  EXPECT_EQ(error_with("/added_tokens/-", token(-2, "x")),
            "tokenizer.json: added_tokens[1].id: found -2, expected an id from 0 to 2147483647");
  EXPECT_EQ(error_with("/added_tokens/-", token(10, 1)),
            "tokenizer.json: added_tokens[1].content: found 1, expected a string");
  EXPECT_EQ(error_with("/added_tokens/-", token(7, "hello")),
            "tokenizer.json: added_tokens[1]: found token 'hello' with id 7, expected id 5 as in the vocabulary");
  EXPECT_EQ(error_with("/added_tokens/-", token(5, "x")),
            "tokenizer.json: added_tokens[1]: found token 'x' with id 5, expected a unique id and content");
  EXPECT_EQ(error_with("/added_tokens/-", token(4, "[MASK]")),
            "tokenizer.json: added_tokens[1]: found token '[MASK]' with id 4, expected a unique id and content");
  EXPECT_EQ(error_with("/added_tokens/-", token(2'000'000'000, "x")),
            "tokenizer.json: added_tokens[1]: found token 'x' with id 2000000000, expected ids without large gaps");
  EXPECT_EQ(error_with("/added_tokens", 1), "tokenizer.json: added_tokens: found 1, expected a list");
}

TEST(TokenizerError, UnknownTokenMissing) {
  EXPECT_EQ(error_with("/model/unk_token", "<unk>"),
            "tokenizer.json: model.unk_token: found '<unk>', which is not in model.vocab, expected a token of the "
            "vocabulary");
}

TEST(TokenizerError, Templates) {
  EXPECT_EQ(error_with("/post_processor/single/0/SpecialToken/id", "[BOS]"),
            "tokenizer.json: post_processor.single[0].SpecialToken.id: found \"[BOS]\", expected a token in "
            "post_processor.special_tokens");
  EXPECT_EQ(error_with("/post_processor/special_tokens/[SEP]/ids/0", 77),
            "tokenizer.json: post_processor.special_tokens.[SEP].ids[0]: found 77, expected the id of a token of the "
            "vocabulary");
  EXPECT_EQ(error_with("/post_processor/single/1/Sequence/id", "B"),
            "tokenizer.json: post_processor.single: found a list, expected sequence A once");
  EXPECT_EQ(error_with("/post_processor/pair/3/Sequence/id", "A"),
            "tokenizer.json: post_processor.pair: found a list, expected sequences A and B once each");
  EXPECT_EQ(error_with("/post_processor/pair/3/Sequence/id", "C"),
            "tokenizer.json: post_processor.pair[3].Sequence.id: found \"C\", expected \"A\" or \"B\"");
  EXPECT_EQ(error_with("/post_processor/single/0", Json::object()),
            "tokenizer.json: post_processor.single[0]: found an object, expected a Sequence or a SpecialToken");
  EXPECT_THAT(error_with("/post_processor", {{"type", "BertProcessing"}, {"sep", {"[SEP]"}}, {"cls", {"[CLS]", 2}}}),
              HasSubstr("post_processor.sep: found a list, expected a token and its id"));
}

TEST(TokenizerError, BareVocabulary) {
  TokenizerFolder folder;
  EXPECT_EQ(folder.write("vocab.txt", "").error(),
            "vocab.txt: vocabulary of 0 tokens: found no '[UNK]', expected the special tokens of BERT; "
            "tokenizer_config.json may name others");
  EXPECT_THAT(folder.write("vocab.txt", "[UNK]\n[CLS]\n").error(), HasSubstr("found no '[SEP]'"));
  EXPECT_EQ(folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\nb\xC3\n").error(),
            "vocab.txt: byte 19: found invalid UTF-8, expected text in UTF-8");
  folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
  EXPECT_EQ(folder.write_json("tokenizer_config.json", Json{{"do_lower_case", 1}}).error(),
            "tokenizer_config.json: do_lower_case: found 1, expected true or false");
  EXPECT_EQ(folder.write_json("tokenizer_config.json", Json::array()).error(),
            "tokenizer_config.json: found a list, expected an object");
  EXPECT_THAT(
      folder.write_json("tokenizer_config.json", Json{{"added_tokens_decoder", {{"x", {{"content", "y"}}}}}}).error(),
      HasSubstr("tokenizer_config.json: added_tokens_decoder.'x': found an object, expected an id as its key"));
  EXPECT_THAT(folder.write("tokenizer_config.json", "{").error(),
              HasSubstr("tokenizer_config.json: line 1, column 2: found "));
}

}  // namespace
}  // namespace limn
