// Contexts that are much longer than what the model reads at once: memory, and one explanation of the whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <string>

#include "cli/program.h"

namespace limn::cli_test::long_context_test {
namespace {

using testing::HasSubstr;

constexpr const char* question = "Who came?";

std::string context_of(std::size_t bytes) {
  std::string context;
  for (std::size_t i = 0; context.size() < bytes; ++i)
    context += "Anna came to Rome in the year " + std::to_string(i) + ". ";
  return context;
}

/// Peak memory of one input, in MiB.
double peak_of(const std::string& model, const std::string& method, const Json& row) {
  const Folder folder;
  const std::string file = folder.write("rows.jsonl", row.dump() + "\n");
  // AddressSanitizer keeps freed memory for a while, by default 256 MB of it.
  const Result result =
      run({"bench", "-m", golden(model), "--input", file, "--method", method, "--batch", "1", "--format", "json"},
          {.environment = {{"ASAN_OPTIONS", "quarantine_size_mb=1"}}});
  EXPECT_EQ(result.code, 0) << result.err;
  return Json::parse(result.out)["peak_mb"];
}

// The texts themselves are held some times (the row, the input, the explanation), encodings only of one pass.
TEST(LongContext, MemoryDoesNotGrowWithTheWindows) {
  const auto peak = [](std::size_t bytes) {
    return peak_of("bert-qa", "gradient", {{"question", question}, {"context", context_of(bytes)}});
  };
  const double small = peak(50'000), large = peak(550'000);
  EXPECT_LT(large - small, 10 * 0.5) << small << " and " << large << " MiB";
}

TEST(LongContext, HeatOfTheWholeText) {
  const Folder folder;
  const std::string file = folder.write("context.txt", context_of(20'000));
  const std::vector<std::string> arguments = {
      "explain",      "-m", golden("bert-qa"), "--question", question,   "--context-file",   file,
      "--max-length", "40", "--stride",        "8",          "--method", "gradient-x-input", "--explain-document"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const Result json = run(with({"--format", "json"}));
  ASSERT_EQ(json.code, 0) << json.err;
  const Json why = Json::parse(json.out);
  const Json& document = why["document"];
  EXPECT_GT(document["windows"], 50);
  EXPECT_GE(document["weight"], 0.999);
  EXPECT_LE(document["weight"], 1.0001);
  double value = 0, sum = 0;
  for (const auto& window : document["explained"]) {
    value += window["weight"].get<double>() * window["value"].get<double>();
    sum += window["weight"].get<double>();
    EXPECT_LT(window["begin"], window["end"]);
  }
  EXPECT_NEAR(why["value"], value, 1e-9);
  EXPECT_NEAR(document["weight"], sum, 1e-9);
  EXPECT_FALSE(why["target"].contains("start_token"));
  EXPECT_EQ(why["method"]["options"].dump().find("document"), std::string::npos);

  const Result terminal = run_on_terminal(with({"--format", "terminal"}), 80);
  EXPECT_EQ(terminal.code, 0) << terminal.err;
  EXPECT_LE(std::ranges::count(terminal.out, '\n'), 60) << "no more than a screen";
  EXPECT_THAT(terminal.out, HasSubstr("are explained together"));
  const Result html = run(with({"--format", "html"}));
  EXPECT_EQ(html.code, 0) << html.err;
  EXPECT_THAT(html.out, HasSubstr("are explained together"));
  const Result refused = run(with({"--answer", "Anna"}));
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--explain-document"));
}

/// A text to tag, with letters and signs of one to four bytes.
std::string names_of(std::size_t sentences) {
  std::string text;
  for (std::size_t i = 0; i < sentences; ++i)
    text += "On day " + std::to_string(i) + " Zoë Müller 🙂 met Barack Obama in Zürich and in New York City. ";
  return text;
}

std::string code_points(const std::string& text, std::size_t begin, std::size_t end) {
  std::string part;
  std::size_t at = 0;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) ++at;  // the byte begins code point at − 1
    if (at > begin && at <= end) part += byte;
  }
  return part;
}

// Entities and words have their places in the whole text; what explains an entity is what explains it in the text of
// its window alone.
TEST(LongContext, EachEntityIsExplainedInItsWindow) {
  const std::string model = LIMN_SOURCE_DIR "/models/minilm-l6-ner", text = names_of(14);
  const std::vector<std::string> reading = {"-m", model, "--max-length", "64", "--stride", "16"};
  const auto with = [&](std::vector<std::string> arguments, const std::string& text_to_read) {
    arguments.insert(arguments.end(), reading.begin(), reading.end());
    arguments.insert(arguments.end(), {"--text", text_to_read});
    return run(arguments);
  };
  const Json predicted = Json::parse(with({"predict", "--format", "json"}, text).out);
  const Json& entities = predicted["prediction"]["entities"];
  ASSERT_GE(entities.size(), 40u);
  const Result result = with({"explain", "--method", "gradient-x-input", "--format", "json"}, text);
  ASSERT_EQ(result.code, 0) << result.err;
  std::istringstream lines(result.out);
  std::set<std::size_t> windows;
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    ASSERT_LT(count, entities.size());
    SCOPED_TRACE(count);
    const Json why = Json::parse(line), &entity = entities[count];
    EXPECT_EQ(why["prediction"]["entities"].size(), entities.size());
    EXPECT_EQ(why["target"]["text"], entity["text"]);
    EXPECT_EQ(code_points(text, entity["begin"], entity["end"]), entity["text"]);
    const std::size_t start = why["target"]["start_token"], before = why.value("window_begin", std::size_t{0});
    EXPECT_EQ(before + start, entity["start_token"]);
    EXPECT_EQ(why["tokens"][start]["begin"], entity["begin"]);
    for (const Json& word : why["words"]) EXPECT_EQ(code_points(text, word["begin"], word["end"]), word["text"]);
    EXPECT_THAT(why["warnings"].dump(), HasSubstr("windows were read, window "));
    const Json& tokens = why["tokens"];
    // Of each window, one is explained again; a part of a word at its beginning would be tokenized in another way.
    if (tokens[1]["token"].get<std::string>().starts_with("##") || !windows.insert(before).second) continue;
    const std::string part = code_points(text, tokens[1]["begin"], tokens[tokens.size() - 2]["end"]);
    const std::string target = std::to_string(start) + ":" + why["target"]["label"].get<std::string>();
    const Json alone = Json::parse(
        with({"explain", "--method", "gradient-x-input", "--format", "json", "--target", target}, part).out);
    EXPECT_FALSE(alone.contains("warnings"));
    ASSERT_EQ(alone["tokens"].size(), tokens.size()) << part;
    double largest = 0;
    for (const Json& token : alone["tokens"]) largest = std::max(largest, std::abs(token["score"].get<double>()));
    for (std::size_t i = 0; i < tokens.size(); ++i)
      EXPECT_NEAR(tokens[i]["score"], alone["tokens"][i]["score"].get<double>(), 1e-3 * largest);
  }
  EXPECT_EQ(count, entities.size());
  EXPECT_GE(windows.size(), 3u);
}

// Of a text to classify, the sums of the windows' logits are kept.
TEST(LongContext, MemoryDoesNotGrowWithTheTextToClassify) {
  const auto peak = [](std::size_t bytes) { return peak_of("bert-cls", "forward", {{"text", context_of(bytes)}}); };
  const double small = peak(50'000), large = peak(550'000);
  EXPECT_LT(large - small, 10 * 0.5) << small << " and " << large << " MiB";
}

TEST(LongContext, AllOfATextToClassifyIsExplained) {
  const Folder folder;
  const std::string text = context_of(3'000);
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"explain", "-m", golden("bert-cls"), "--method", "gradient-x-input",
                                    "--text",  text};
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  };
  const Result json = with({"--format", "json"});
  ASSERT_EQ(json.code, 0) << json.err;
  const Json why = Json::parse(json.out);
  EXPECT_GT(why["document"]["windows"], 5);
  EXPECT_EQ(why["document"]["explained"].size(), why["document"]["windows"]);
  double value = 0;
  for (const auto& window : why["document"]["explained"])
    value += window["weight"].get<double>() * window["value"].get<double>();
  EXPECT_NEAR(why["value"], value, 1e-6);
  EXPECT_EQ(why["words"].back()["end"].get<std::size_t>(), text.find_last_not_of(' ') + 1);
  for (const char* format : {"terminal", "html"}) {
    const Result shown = with({"--format", format});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("all are explained together"));
  }
  const Result measured = with({"--faithfulness"});
  EXPECT_EQ(measured.code, 1);
  EXPECT_THAT(measured.err, HasSubstr("long_text = beginning"));
  const Json beginning = Json::parse(with({"--long-text", "beginning", "--format", "json"}).out);
  EXPECT_FALSE(beginning.contains("document"));
  EXPECT_LT(beginning["words"].back()["end"], 1'000);
}

TEST(LongContext, FaithfulnessOfTheBeginningIsSaid) {
  const Folder folder;
  const std::string rows = folder.write("rows.csv", "text\nAnna came.\n\"" + context_of(120) + "\"\n");
  const auto with = [&](const std::string& length, const std::string& format) {
    return run({"evaluate", "faithfulness", "-m", golden("bert-cls"), "--data", rows, "--method", "gradient", "--beam",
                "0", "--max-length", length, "--format", format, "--output", (folder.path() / "rows.jsonl").string()});
  };
  const Result cut = with("12", "json");
  EXPECT_THAT(cut.err, HasSubstr("warning: 1 of 2 texts are too long for the model"));
  EXPECT_EQ(Json::parse(cut.out)["cut_rows"], 1);
  const auto lines = json_lines(read((folder.path() / "rows.jsonl").string()));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_FALSE(lines[0].contains("warnings"));
  EXPECT_THAT(lines[1]["warnings"][0].get<std::string>(), HasSubstr("the text is too long for the model: its last "));
  EXPECT_THAT(with("12", "terminal").out, HasSubstr("2 texts (1 too long for the model: only the beginning"));
  const Result whole = with("80", "json");
  EXPECT_EQ(whole.err, "");
  EXPECT_EQ(Json::parse(whole.out)["cut_rows"], 0);
}

// Tables have no place for warnings.
TEST(LongContext, TablesSayWhatWasCutOnStandardError) {
  const Folder folder;
  const std::string words = context_of(2'000);
  const std::string rows = folder.write("rows.csv", "text\nAnna came.\n\"" + words + "\"\n");
  for (const std::string command : {"predict", "explain", "compare"}) {
    const auto with = [&](std::vector<std::string> more) {
      std::vector<std::string> all = {command, "-m", golden("bert-cls"), "--long-text", "beginning"};
      if (command == "compare") all.insert(all.end(), {"--method", "gradient,gradient-x-input"});
      all.insert(all.end(), more.begin(), more.end());
      return run(all);
    };
    const Result one = with({"--text", words, "--format", "csv"});
    EXPECT_EQ(one.code, 0);
    EXPECT_THAT(one.err, HasSubstr("the text is too long for the model: its last "));
    const Result two = with({"--input", rows, "--format", "tsv"});
    EXPECT_EQ(two.code, 0);
    EXPECT_THAT(two.err, HasSubstr(command == "compare" ? "2 of 4 " : "1 of 2 "));
    EXPECT_THAT(two.err, HasSubstr("of row 1: the text is too long"));
    EXPECT_EQ(with({"--text", "Anna came.", "--format", "csv"}).err, "");
  }
}

}  // namespace
}  // namespace limn::cli_test::long_context_test
