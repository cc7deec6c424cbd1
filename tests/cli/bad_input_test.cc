// A user's mistakes: the message names file, thing, found, expected and hint; the exit code is 1, or 2 for usage
// errors. There is no stack trace, and nothing on standard output.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <string>

#include "cli/program.h"

namespace limn::cli_test::bad_input_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Expects the command to fail with one message on standard error that contains all parts.
void expect_mistake(const std::vector<std::string>& arguments, const std::vector<std::string>& parts,
                    const Setting& setting = {}) {
  const Result result = run(arguments, setting);
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, StartsWith("limn: "));
  EXPECT_EQ(lines(result.err).size(), 1u) << result.err;
  for (const auto& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
}

std::vector<std::string> explain(const std::string& model,
                                 const std::vector<std::string>& more = {"--text", "a good film"}) {
  std::vector<std::string> arguments = {"explain", "-m", model};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// 8 bytes of header length, the header, the data.
std::string safetensors_text(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string text(sizeof length, '\0');
  std::memcpy(text.data(), &length, sizeof length);
  return text + header + data;
}

/// A copy of a golden checkpoint that a test may damage.
class BrokenCheckpoint : public testing::Test {
 protected:
  void SetUp() override { fs::copy(golden("bert-cls"), folder_.path(), fs::copy_options::recursive); }

  std::string model() const { return folder_.path().string(); }
  void expect(const std::vector<std::string>& parts) const { expect_mistake(explain(model()), parts); }

  void change_config(const std::function<void(Json&)>& change) const {
    Json config = Json::parse(read(folder_ / "config.json"));
    change(config);
    folder_.write("config.json", config.dump());
  }
  /// Rewrites the weights with a changed header or changed data.
  void change_weights(const std::function<void(Json&, std::string&)>& change) const {
    const std::string text = read(folder_ / "model.safetensors");
    std::uint64_t length = 0;
    std::memcpy(&length, text.data(), sizeof length);
    Json header = Json::parse(text.substr(sizeof length, length));
    std::string data = text.substr(sizeof length + length);
    change(header, data);
    std::string written = header.dump();
    written.resize((written.size() + 7) / 8 * 8, ' ');
    folder_.write("model.safetensors", safetensors_text(written, data));
  }

  Folder folder_;
};

// ---- the model ---------------------------------------------------------------------------------------------

TEST(BadInput, UnknownModelListsNearestNamesFirst) {
  expect_mistake(explain("minilm-l6-sentimental"),
                 {"minilm-l6-sentimental", "expected a folder, or one of minilm-l6-sentiment, ", "minilm-l6-qa",
                  "looked up in", LIMN_SOURCE_DIR "/models"});
}

TEST(BadInput, MissingFolder) { expect_mistake(explain("./no/such/folder"), {"./no/such/folder", "neither a folder"}); }

TEST(BadInput, FileInsteadOfModelFolder) {
  expect_mistake(explain(golden("bert-cls") + "/config.json"), {"config.json", "found a file", "checkpoint folder"});
}

TEST_F(BrokenCheckpoint, MissingConfig) {
  fs::remove(folder_ / "config.json");
  expect({"config.json"});
}

TEST_F(BrokenCheckpoint, MissingWeights) {
  fs::remove(folder_ / "model.safetensors");
  expect({"model.safetensors"});
}

TEST_F(BrokenCheckpoint, MissingTokenizer) {
  fs::remove(folder_ / "tokenizer.json");
  expect({"tokenizer.json"});
}

TEST_F(BrokenCheckpoint, PipesInsteadOfFilesDoNotBlock) {
  std::size_t files = 0;
  for (const char* name : {"config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"}) {
    const std::string content = read(folder_ / name);
    fs::remove(folder_ / name);
    ASSERT_EQ(::mkfifo((folder_ / name).c_str(), 0600), 0);
    expect({name, "found not a regular file"});
    fs::remove(folder_ / name);
    folder_.write(name, content);
    ++files;
  }
  EXPECT_EQ(files, 4u);
  ASSERT_EQ(::mkfifo((folder_ / "context.txt").c_str(), 0600), 0);
  expect_mistake({"explain", "-m", "minilm-l6-qa", "--question", "Who?", "--context-file", folder_ / "context.txt"},
                 {"context.txt", "found not a regular file"});
}

TEST_F(BrokenCheckpoint, ConfigIsNotJson) {
  folder_.write("config.json", "{\"model_type\": \"bert\",");
  expect({"config.json", "JSON"});
}

TEST_F(BrokenCheckpoint, UnknownFamilyListsKnownOnes) {
  change_config([](Json& config) { config["model_type"] = "llama"; });
  expect({"config.json", "model_type", "llama", "bert", "distilbert"});
}

TEST_F(BrokenCheckpoint, MissingTensor) {
  change_weights([](Json& header, std::string&) { header.erase("classifier.weight"); });
  expect({"model.safetensors", "classifier.weight"});
}

TEST_F(BrokenCheckpoint, WrongShape) {
  change_config([](Json& config) {
    config["num_labels"] = 2;
    config["id2label"] = {{"0", "a"}, {"1", "b"}};
    config["label2id"] = {{"a", 0}, {"b", 1}};
  });
  expect({"model.safetensors", "classifier.weight", "(3, 32)", "(2, 32)"});
}

TEST_F(BrokenCheckpoint, TruncatedFile) {
  fs::resize_file(folder_ / "model.safetensors", fs::file_size(folder_ / "model.safetensors") - 1000);
  expect({"model.safetensors", "expected"});
}

TEST_F(BrokenCheckpoint, HeaderLongerThanTheFile) {
  std::string text = read(folder_ / "model.safetensors");
  const std::uint64_t length = std::uint64_t{1} << 40;
  std::memcpy(text.data(), &length, sizeof length);
  folder_.write("model.safetensors", text);
  expect({"model.safetensors", "header", "1099511627776"});
}

TEST_F(BrokenCheckpoint, OffsetsOutOfRange) {
  change_weights([](Json& header, std::string& data) {
    const std::size_t begin = data.size() + 100;
    header["classifier.bias"]["data_offsets"] = {begin, begin + 12};
  });
  expect({"model.safetensors", "classifier.bias"});
}

TEST_F(BrokenCheckpoint, OverlappingOffsets) {
  change_weights([](Json& header, std::string&) {
    header["classifier.bias"]["data_offsets"] = {header["classifier.weight"]["data_offsets"][0],
                                                 header["classifier.weight"]["data_offsets"][0].get<int>() + 12};
  });
  expect({"model.safetensors", "classifier."});
}

TEST_F(BrokenCheckpoint, NonFiniteWeights) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    change_weights([&](Json& header, std::string& data) {
      const auto begin = header["classifier.weight"]["data_offsets"][0].get<std::size_t>();
      std::memcpy(data.data() + begin, &bad, sizeof bad);
    });
    expect({"model.safetensors", "classifier.weight", std::isnan(bad) ? "NaN" : "infinit"});
  }
}

TEST_F(BrokenCheckpoint, WeightsAreNotJson) {
  folder_.write("model.safetensors", safetensors_text("{\"a\": nonsense", ""));
  expect({"model.safetensors", "JSON"});
}

TEST_F(BrokenCheckpoint, VocabularyLargerThanEmbeddings) {
  Json tokenizer = Json::parse(read(folder_ / "tokenizer.json"));
  auto& vocabulary = tokenizer["model"]["vocab"];
  vocabulary["onemorepiece"] = 4000;
  folder_.write("tokenizer.json", tokenizer.dump());
  const Result fine = run(explain(model(), {"--text", "A gorgeous, witty film."}));
  EXPECT_EQ(fine.code, 0) << fine.err;
  EXPECT_THAT(fine.err, HasSubstr("warning: the tokenizer has 4001 ids, the word embeddings 4000 rows"));
  const Result beyond = run(explain(model(), {"--text", "onemorepiece"}));
  EXPECT_EQ(beyond.code, 1);
  EXPECT_THAT(beyond.err, AllOf(HasSubstr("the token 'onemorepiece'"), HasSubstr("id 4000"), HasSubstr("4000 rows")));
}

TEST_F(BrokenCheckpoint, TokenizerIsNotJson) {
  folder_.write("tokenizer.json", "[");
  expect({"tokenizer.json", "JSON"});
}

// ---- the text -----------------------------------------------------------------------------------------------

TEST(BadInput, EmptyText) {
  expect_mistake(explain(golden("bert-cls"), {"--text", ""}), {"text"});
  expect_mistake(explain(golden("bert-cls"), {"--text", " \n "}), {"text"});
  expect_mistake(explain(golden("bert-qa"), {"--question", "", "--context", "Anna came."}), {"question"});
  expect_mistake(explain(golden("bert-qa"), {"--question", "Who?", "--context", ""}), {"context"});
}

TEST(BadInput, InvalidUtf8) {
  expect_mistake(explain(golden("bert-cls"), {"--text", "good \xFF film"}), {"text", "UTF-8"});
  Folder folder;
  expect_mistake(explain(golden("bert-qa"), {"--question", "Who?", "--context-file", folder.write("c.txt", "\xC3(")}),
                 {"context", "UTF-8"});
}

TEST(BadInput, QuestionLongerThanMaxLength) {
  std::string question;
  for (int i = 0; i < 100; ++i) question += "who ";
  expect_mistake(explain(golden("bert-qa"), {"--question", question, "--context", "Anna came."}), {"question", "80"});
}

TEST(BadInput, WarnsAboutTruncatedText) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "good ";
  const Result result = run(explain(golden("bert-cls"), {"--text", text, "--long-text", "beginning"}));
  ASSERT_EQ(result.code, 0) << result.err;
  const Json explanation = Json::parse(result.out);
  ASSERT_EQ(explanation["warnings"].size(), 1u);
  EXPECT_THAT(explanation["warnings"][0].get<std::string>(), HasSubstr("22"));  // 100 + 2 special − 80 positions
  EXPECT_EQ(explanation["tokens"].size(), 80u);
}

TEST(BadInput, InputThatDoesNotSuitTheTask) {
  expect_mistake(explain(golden("bert-qa")), {"--text", "--question and --context", "answers questions"});
  expect_mistake(explain(golden("bert-qa"), {"--question", "Who?"}), {"--question without --context", "--context"});
}

TEST(BadInput, MissingContextFile) {
  expect_mistake(explain(golden("bert-qa"), {"--question", "Who?", "--context-file", "/no/such/file"}),
                 {"/no/such/file"});
}

// ---- options --------------------------------------------------------------------------------------------------

TEST(BadInput, UnknownNamesListKnownOnes) {
  const auto with = [](const std::string& option, const std::string& value) {
    return explain(golden("bert-cls"), {"--text", "a", option, value});
  };
  expect_mistake(with("--method", "gradients"), {"--method", "'gradients'", "gradient, gradient-x-input"});
  expect_mistake(with("--preset", "seed"), {"preset", "'seed'", "seed-qa, seed-classification, neuralqa"});
  expect_mistake(with("--explain", "logits"),
                 {"--explain", "'logits'", "logit, probability, log-probability, loss, margin"});
  expect_mistake(with("--reduce", "max"), {"--reduce", "'max'", "sum, l1, l2, mean-abs, onehot-l2"});
  expect_mistake(with("--normalize", "softmax"), {"--normalize", "'softmax'", "none, l1, l2, max, minmax"});
  expect_mistake(with("--unit", "letter"), {"--unit", "'letter'", "token, word, clause, sentence"});
  expect_mistake(with("--special", "maybe"), {"--special", "'maybe'", "hide, show"});
  expect_mistake(with("--format", "docx"), {"--format", "'docx'", "terminal, json, html, svg, pdf, csv, tsv"});
  expect_mistake(with("--layer", "first"), {"--layer", "'first'", "word, embeddings"});
  expect_mistake(with("--target", "splendid"), {"target", "splendid", "LABEL_0, LABEL_1, LABEL_2"});
  expect_mistake(with("--contrast", "splendid"), {"contrast", "splendid", "LABEL_0, LABEL_1, LABEL_2"});
  expect_mistake(with("--layer", "77"), {"layer", "77", "3"});
}

TEST(BadInput, AnswerNotInContext) {
  expect_mistake(explain(golden("bert-qa"), {"--question", "Who?", "--context", "Anna came.", "--answer", "Berta"}),
                 {"Berta"});
}

TEST(BadInput, UnsupportedFormats) {
  expect_mistake({"predict", "-m", golden("bert-cls"), "--text", "a", "--format", "svg"},
                 {"--format", "'svg'", "terminal, json"});
}

TEST(BadInput, SvgRejectsSeveralExplanations) {
  Folder folder;
  expect_mistake(explain(golden("bert-cls"), {"--input", folder.write("a.txt", "one\ntwo\n"), "--format", "svg"}),
                 {"--format svg", "more than one"});
}

// ---- files ----------------------------------------------------------------------------------------------------

TEST(BadInput, UnwritableOutput) {
  Folder folder;
  const std::string file = folder.write("file", "");
  const std::string rows = folder.write("a.txt", "one\n");
  for (const std::string& output : {std::string("/no/such/folder/out.json"), file + "/out.json"}) {
    expect_mistake(explain(golden("bert-cls"), {"--text", "a", "-o", output}), {output, "can be written"});
    expect_mistake(explain(golden("bert-cls"), {"--input", rows, "-o", output}), {output, "can be written"});
  }
  expect_mistake(explain(golden("bert-cls"), {"--text", "a", "-o", folder.path().string()}), {folder.path().string()});
  expect_mistake(explain(golden("bert-cls"), {"--input", rows, "-o", folder.path().string()}), {"found a folder"});
}

TEST(BadInput, FullDisk) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  expect_mistake(explain(golden("bert-cls"), {"--text", "a", "-o", "/dev/full"}), {"/dev/full", "No space left"});
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(BadInput, InvalidInputFiles) {
  Folder folder;
  const auto with = [&](const std::string& file) { return explain(golden("bert-cls"), {"--input", file}); };
  expect_mistake(with(folder / "missing.jsonl"), {"missing.jsonl", "No such file"});
  expect_mistake(with(folder.write("a.xlsx", "x")), {"a.xlsx", "'.xlsx'", ".jsonl, .csv, .tsv or .txt"});
  expect_mistake(with(folder.write("empty.csv", "")), {"empty.csv", "header"});
  fs::create_directory(folder / "folder.jsonl");
  expect_mistake(with(folder / "folder.jsonl"), {"folder.jsonl", "found a folder"});
}

TEST(BadInput, ShowNeedsExplanations) {
  Folder folder;
  expect_mistake({"show", folder / "missing"}, {"missing", "No such file"});
  expect_mistake({"show", folder.write("a", "")}, {"nothing"});
  expect_mistake({"show", folder.write("b", "{\"limn\":1}")}, {"object 1", "no 'model'", "limn explain --format json"});
  expect_mistake({"show", folder.write("c", "{\"limn\":")}, {"object 1", "invalid JSON"});
  expect_mistake({"show", folder.write("d", "[1, 2]")}, {"a JSON array"});
  const std::string good = run(explain(golden("bert-cls"))).out;
  Json changed = Json::parse(good);
  changed["words"][0]["sequence"] = 1;
  expect_mistake({"show", folder.write("e", changed.dump())}, {"sequence 1"});
  changed = Json::parse(good);
  changed["tokens"][0]["word"] = 4000000000;
  expect_mistake({"show", folder.write("f", changed.dump())}, {"word 4000000000"});
  changed = Json::parse(good);
  changed["model"] = 5;
  expect_mistake({"show", folder.write("g", changed.dump())}, {"type must be string, but is number"});
}

// ---- usage ------------------------------------------------------------------------------------------------------

TEST(Usage, ExitsWithTwoAndPointsToHelp) {
  const auto expect = [](const std::vector<std::string>& arguments, const std::string& part, const std::string& help) {
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, AllOf(StartsWith("limn: "), HasSubstr(part), HasSubstr("Try '" + help + " --help'")));
  };
  expect({"explain", "--text", "a"}, "--model is required", "limn explain");
  expect({"explain", "-m", "x"}, "--text, --question and --input", "limn explain");
  expect({"explain", "-m", "x", "--text", "a", "--nonsense"}, "--nonsense", "limn explain");
  expect({"explain", "-m", "x", "--text", "a", "--input", "b"}, "excludes", "limn explain");
  expect({"explain", "-m", "x", "--context", "a"}, "requires --question", "limn explain");
  expect({"explain", "-m", "x", "--text", "a", "--resume"}, "requires --output", "limn explain");
  expect({"explain", "-m", "x", "--text", "a", "--threads", "many"}, "--threads", "limn explain");
  expect({"explain", "-m", "x", "--text", "a", "--threads", "-1"}, "--threads", "limn explain");
  expect({"evaluate", "squad", "-m", "x"}, "--data is required", "limn evaluate squad");
  expect({"evaluate"}, "required", "limn evaluate");
  expect({"explain", "--metod", "ig"}, "no option '--metod'; did you mean '--method'?", "limn explain");
  expect({"explain", "-m", "x", "--text", "a", "--max_lenght=3"}, "did you mean '--max-length'?", "limn explain");
  expect({"attack", "hotflip", "--tex", "a"}, "did you mean '--text'?", "limn attack hotflip");
  expect({"explian"}, "no command 'explian'; did you mean 'explain'?", "limn");
}

TEST(Usage, UnderstandsWhatPeopleType) {
  const auto words = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"explain", "-m", golden("bert-cls"), "--format", "csv"});
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  };
  const std::string usual =
      words({"--text", "a good film", "--method", "integrated-gradients", "--steps", "3", "--max-length", "16"});
  EXPECT_FALSE(usual.empty());
  EXPECT_EQ(words({"a good film", "--method", "IG", "--steps", "3", "--max_length", "16"}), usual);
  EXPECT_EQ(words({"--text", "a good film", "--method", "Integrated_Gradients", "--steps=3", "--max_length=16"}),
            usual);
  EXPECT_EQ(words({"a good film", "--method", "saliency"}), words({"a good film"}));
  EXPECT_EQ(words({"a good film", "--method", "shap", "--samples", "20"}),
            words({"a good film", "--method", "kernel-shap", "--samples", "20"}));

  EXPECT_EQ(run({"help", "explain"}).out, run({"explain", "--help"}).out);
  EXPECT_EQ(run({"help", "attack", "hotflip"}).out, run({"attack", "hotflip", "--help"}).out);
  EXPECT_EQ(run({"help"}).out, run({"--help"}).out);
  EXPECT_THAT(run({"help", "explain"}).out, HasSubstr("Which method when:"));
}

TEST(Usage, RefusesNamesOfFilesThatItCannotWrite) {
  Folder folder;
  for (const char* name : {"x.png", "x.xlsx", "x.PDF"}) {
    const Result result = run({"explain", "-m", golden("bert-cls"), "--text", "a", "-o", folder / name});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, AllOf(HasSubstr("--output"), HasSubstr("the extension")));
    EXPECT_FALSE(std::filesystem::exists(folder / name));
  }
  const Result named =
      run({"explain", "-m", golden("bert-cls"), "--text", "a", "-o", folder / "x.data", "--format", "json"});
  EXPECT_EQ(named.code, 0) << named.err;
}

TEST(Usage, SaysThatAFolderIsNoFile) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"-m", golden("bert-cls"), "--input", golden("")},
           {"-m", golden("bert-qa"), "--question", "Who?", "--context-file", golden("")}}) {
    std::vector<std::string> command = {"predict"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Result result = run(command);
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("found a folder"));
  }
}

TEST(Usage, WithoutACommandShowsHelp) {
  const Result result = run({});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("explain"), HasSubstr("LIMN_MODELS"), Not(HasSubstr("terminate"))));
}

}  // namespace
}  // namespace limn::cli_test::bad_input_test
