// Files of inputs: formats, order, copied fields, invalid rows, and interrupted runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <string>
#include <thread>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> texts(const std::vector<Json>& rows) {
  std::vector<std::string> result;
  for (const auto& row : rows) result.push_back(row["input"]["text"]);
  return result;
}

std::vector<std::string> predict(const std::string& file) {
  return {"predict", "-m", golden("bert-cls"), "--input", file};
}

// ---- formats ------------------------------------------------------------------------------------------------

TEST(Rows, JsonLines) {
  Folder folder;
  const Result result =
      run(predict(folder.write("a.jsonl",
                               "{\"id\": \"a\", \"text\": \"one\", \"gold\": [1, 2.50], \"none\": null}\r\n"
                               "\n"
                               "{\"text\": \"zwei ü\", \"task\": 3}\n"
                               "{\"text\": \"three\", \"pair\": \"four\"}")));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = json_lines(result.out);
  EXPECT_THAT(texts(rows), ElementsAre("one", "zwei ü", "three"));
  EXPECT_EQ(rows[0]["row"], 0);
  EXPECT_EQ(rows[0]["id"], "a");
  EXPECT_EQ(rows[0]["gold"], Json::parse("[1, 2.5]"));
  EXPECT_EQ(rows[0]["none"], nullptr);
  EXPECT_TRUE(rows[0].contains("none"));
  EXPECT_EQ(rows[1]["row"], 1);
  EXPECT_EQ(rows[1]["task"], "sequence-classification");
  EXPECT_EQ(rows[1]["input_task"], 3);  // limn's own field keeps its name
  EXPECT_EQ(rows[2]["input"]["pair"], "four");
}

TEST(Rows, CommaAndTabSeparatedValues) {
  Folder folder;
  const Result csv = run(predict(folder.write("a.csv", "id,text,pair\n1,\"one, \"\"two\"\"\nthree\",\n2,four,five\n")));
  ASSERT_EQ(csv.code, 0) << csv.err;
  auto rows = json_lines(csv.out);
  EXPECT_THAT(texts(rows), ElementsAre("one, \"two\"\nthree", "four"));
  EXPECT_EQ(rows[0]["id"], "1");
  EXPECT_FALSE(rows[0]["input"].contains("pair"));
  EXPECT_EQ(rows[1]["input"]["pair"], "five");
  const Result tsv = run(predict(folder.write("a.tsv", "text\tlabel\nsay \"a\"\t1\n")));
  ASSERT_EQ(tsv.code, 0) << tsv.err;
  rows = json_lines(tsv.out);
  EXPECT_EQ(rows[0]["input"]["text"], "say \"a\"");
  EXPECT_EQ(rows[0]["label"], "1");
}

TEST(Rows, CutTextHasAWarning) {
  std::string words;
  for (int i = 0; i < 200; ++i) words += "film ";  // both models read 80 tokens at once, [CLS] and [SEP] included
  const auto with = [&](const char* model, const char* format, std::vector<std::string> more = {}) {
    std::vector<std::string> all = {"predict", "-m", golden(model), "--text", words, "--format", format};
    all.insert(all.end(), more.begin(), more.end());
    return run(all).out;
  };
  const std::vector<std::string> beginning = {"--long-text", "beginning"};
  EXPECT_THAT(Json::parse(with("bert-cls", "json", beginning))["warnings"][0].get<std::string>(),
              HasSubstr("its last 122 tokens of 200 were not read"));
  EXPECT_THAT(with("bert-cls", "terminal", beginning), HasSubstr("Warning: the text is too long"));
  // Others are read in windows, which is said: of 78 tokens, of which 40 are shared, from 0, 38, 76, 114 and 152 on.
  const Json tags = Json::parse(with("bert-token", "json"));
  EXPECT_EQ(tags["prediction"]["tokens"].size(), 200u);
  EXPECT_EQ(Json::parse(with("bert-cls", "json"))["warnings"], tags["warnings"]);
  const std::string notice = "the text is longer than the model reads at once: 5 windows were read";
  EXPECT_EQ(tags["warnings"], Json({notice}));
  EXPECT_THAT(with("bert-token", "terminal"), HasSubstr("Warning: " + notice));
  Folder folder;
  const auto rows = json_lines(run(predict(folder.write("a.txt", words + "\nshort\n"))).out);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_TRUE(rows[0].contains("warnings"));
  EXPECT_FALSE(rows[1].contains("warnings"));
}

TEST(Rows, SentenceIsAText) {
  Folder folder;
  const Result result = run(predict(folder.write("a.tsv", "sentence\tlabel\na witty film .\t1\n")));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = json_lines(result.out);
  EXPECT_THAT(texts(rows), ElementsAre("a witty film ."));
  EXPECT_EQ(rows[0]["label"], "1");
  EXPECT_FALSE(rows[0].contains("sentence"));
}

TEST(Rows, OtherValuesAreNoTexts) {
  Folder folder;
  const Result result =
      run(predict(folder.write("a.jsonl",
                               "{\"text\": [\"A\", \"film\"]}\n{\"text\": 5}\n{\"text\": {\"en\": 1}}\n"
                               "{\"text\": true}\n{\"text\": \"[1]\"}\n")));
  EXPECT_EQ(result.code, 3);
  const auto rows = json_lines(result.out);
  ASSERT_EQ(rows.size(), 5u);
  const std::vector<std::string> found = {"a list", "a number", "an object", "true or false"};
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(rows[i]["error"]["found"], found[i]);
    EXPECT_EQ(rows[i]["error"]["expected"], "a text");
  }
  EXPECT_EQ(rows[4]["input"]["text"], "[1]");
}

TEST(Rows, PlainText) {
  Folder folder;
  const Result result = run(predict(folder.write("a.txt", "\xEF\xBB\xBFone\n\n two \n")));
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(texts(json_lines(result.out)), ElementsAre("one", " two "));
}

TEST(Rows, SaysWhatWasNoRow) {
  Folder folder;
  const Result blank = run(predict(folder.write("a.txt", "one\n\n\ntwo\n")));
  EXPECT_EQ(json_lines(blank.out).size(), 2u);
  EXPECT_THAT(blank.err, HasSubstr("a.txt: 2 blank lines before a row were skipped"));
  for (const auto& [name, content] :
       {std::pair{"header.csv", "text,label\n"}, {"empty.jsonl", ""}, {"blank.txt", "\n\n"}}) {
    const Result none = run(predict(folder.write(name, content)));
    EXPECT_EQ(none.code, 0) << name;
    EXPECT_EQ(none.out, "") << name;
    EXPECT_THAT(none.err, HasSubstr(std::string(name) + ": no rows"));
  }
}

TEST(Rows, StandardInput) {
  const Result result = run(predict("-"), {.input = "{\"text\": \"one\"}\n{\"text\": \"two\"}\n"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(texts(json_lines(result.out)), ElementsAre("one", "two"));
}

TEST(Rows, AnswersStandardInputRowByRow) {
  // A program that writes a row and reads its answer before it writes the next row must not block forever.
  Folder folder;
  const std::string in = folder / "in", out = folder / "out";
  ASSERT_EQ(::mkfifo(in.c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(out.c_str(), 0600), 0);
  const pid_t process = ::fork();
  ASSERT_GE(process, 0);
  if (process == 0) {
    ::dup2(::open(in.c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY), STDOUT_FILENO);
    become_limn(predict("-"), {});
  }
  std::ofstream writer(in);
  std::ifstream reader(out);
  for (const char* text : {"one", "two", "three"}) {
    writer << "{\"text\": \"" << text << "\"}" << std::endl;
    std::string line;
    ASSERT_TRUE(std::getline(reader, line));
    EXPECT_EQ(Json::parse(line)["input"]["text"], text);
  }
  writer.close();
  int status = 0;
  ::waitpid(process, &status, 0);
  EXPECT_EQ(result_of(status).code, 0);
}

TEST(Rows, QuestionsAndContexts) {
  Folder folder;
  const std::string file =
      folder.write("q.jsonl",
                   "{\"id\": 1, \"question\": \"Who came to Rome?\", \"context\": \"Anna came to Rome.\"}\n"
                   "{\"id\": 2, \"question\": \"Who came to Rome?\"}\n");
  const Result result = run({"explain", "-m", "minilm-l6-qa", "--input", file});
  EXPECT_EQ(result.code, 3);
  const auto rows = json_lines(result.out);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["prediction"]["answer"], "Anna");
  EXPECT_THAT(rows[1]["error"]["message"].get<std::string>(),
              AllOf(HasSubstr("line 2"), HasSubstr("fields id, question"), HasSubstr("question and context")));
}

TEST(Rows, KeepsOrderOverSeveralBatches) {
  Folder folder;
  std::string input;
  std::vector<std::string> expected;
  for (int i = 0; i < 101; ++i) {
    expected.push_back("row number " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 7), 'x'));
    input += expected.back() + "\n";
  }
  const Result result = run(predict(folder.write("a.txt", input)));
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(texts(json_lines(result.out)), expected);
}

TEST(Rows, MatchSingleInputs) {
  Folder folder;
  const std::string file = folder.write("a.txt", "a good film\na very long and bad film\n");
  const auto rows = json_lines(run({"explain", "-m", golden("bert-cls"), "--input", file}).out);
  ASSERT_EQ(rows.size(), 2u);
  for (const auto& row : rows) {
    const Json single =
        Json::parse(run({"explain", "-m", golden("bert-cls"), "--text", row["input"]["text"].get<std::string>()}).out);
    ASSERT_EQ(row["words"].size(), single["words"].size());
    for (std::size_t i = 0; i < row["words"].size(); ++i) {
      EXPECT_EQ(row["words"][i]["text"], single["words"][i]["text"]);
      EXPECT_NEAR(row["words"][i]["score"].get<double>(), single["words"][i]["score"].get<double>(), 1e-5);
    }
  }
}

TEST(Rows, OtherFormats) {
  Folder folder;
  const std::string file = folder.write("a.txt", "a good film\na bad film\n");
  const auto explain = [&](const std::string& format) {
    const Result result = run({"explain", "-m", golden("bert-cls"), "--input", file, "--format", format});
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  };
  EXPECT_THAT(explain("html"), AllOf(HasSubstr("good"), HasSubstr("bad")));
  EXPECT_THAT(explain("terminal"), AllOf(HasSubstr("good"), HasSubstr("bad")));
  const auto csv = lines(explain("csv"));
  ASSERT_EQ(csv.size(), 7u);
  EXPECT_EQ(csv[0], "row,label,probability,target,explanation,sequence,word,begin,end,score,error\r");
  EXPECT_THAT(csv[6], AllOf(StartsWith("1,LABEL_"), HasSubstr(",0,0,film,6,10,")));
}

TEST(Rows, CsvNumbersTheRowsOfTheInput) {
  Folder folder;
  const std::string file = folder.write("a.jsonl", "{\"text\": \"good\"}\n{\"text\": \"\"}\n{\"text\": \"bad\"}\n");
  const std::string json = folder / "a.out.jsonl";
  const auto explain = [&](const std::vector<std::string>& how) {
    std::vector<std::string> command = {"explain", "-m", golden("bert-cls"), "--input", file};
    command.insert(command.end(), how.begin(), how.end());
    const Result result = run(command);
    EXPECT_EQ(result.code, 3) << result.err;
    return lines(result.out);
  };
  const auto csv = explain({"--format", "csv"});
  ASSERT_EQ(csv.size(), 4u);
  EXPECT_THAT(csv[1], AllOf(StartsWith("0,LABEL_"), HasSubstr(",0,0,good,0,4,")));
  EXPECT_THAT(csv[2], AllOf(StartsWith("1,,,,,,,,,,"), HasSubstr("empty")));
  EXPECT_THAT(csv[3], AllOf(StartsWith("2,LABEL_"), HasSubstr(",0,0,bad,0,3,")));
  explain({"-o", json});
  const auto shown = lines(run({"show", json, "--format", "csv"}).out);
  ASSERT_EQ(shown.size(), 3u);
  EXPECT_EQ(shown[1], csv[1]);
  EXPECT_EQ(shown[2], csv[3]);
}

TEST(Rows, ColumnsHaveTheirRoles) {
  Folder folder;
  const std::string file = folder.write("a.csv", "stars;review_text;title\n5;a good film;x\n1;a bad film;y\n");
  const auto predict = [&](std::vector<std::string> more) {
    std::vector<std::string> command = {"predict", "-m", golden("bert-cls"), "--input", file};
    command.insert(command.end(), more.begin(), more.end());
    return run(command);
  };
  const Result asked = predict({});
  EXPECT_EQ(asked.code, 1);
  EXPECT_THAT(lines(asked.err), testing::SizeIs(testing::Le(5)));  // one question, and not an error per row
  EXPECT_THAT(asked.err,
              AllOf(HasSubstr("stars, review_text, title"), HasSubstr("--column"), HasSubstr("text=review_text?")));
  const Result result = predict({"--column", "text=review_text,pair=title"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("separated by ;"));
  const auto rows = lines(result.out);
  ASSERT_EQ(rows.size(), 2u);
  const Json row = Json::parse(rows[1]);
  EXPECT_EQ(row["input"]["text"], "a bad film");
  EXPECT_EQ(row["input"]["pair"], "y");
  EXPECT_EQ(row["stars"], "1");
}

TEST(Rows, PageHoldsAllExplanations) {
  Folder folder;
  std::string input;
  for (int i = 0; i < 203; ++i) input += "number" + std::to_string(i) + "\n";
  const Result result =
      run({"explain", "-m", golden("bert-cls"), "--input", folder.write("a.txt", input), "-o", folder / "a.html"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  const std::string page = read(folder / "a.html");
  EXPECT_THAT(page,
              AllOf(HasSubstr("number199"), HasSubstr("number202"), HasSubstr("3 explanations more with JavaScript")));
}

// ---- invalid rows -------------------------------------------------------------------------------------------

TEST(Rows, InvalidRowAmongValidOnes) {
  Folder folder;
  const std::string file = folder.write("a.jsonl",
                                        "{\"id\": 1, \"text\": \"one\"}\n"
                                        "{\"id\": 2, \"text\": \"\"}\n"
                                        "{\"id\": 3, \"text\": \"three\"}\n"
                                        "nonsense\n"
                                        "{\"id\": 5, \"txet\": \"five\"}\n"
                                        "{\"id\": 6, \"text\": \"six \xFF\"}\n"
                                        "{\"id\": 7, \"text\": \"seven\"}\n");
  const Result result = run(predict(file));
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, AllOf(StartsWith("limn: 4 of 7 rows failed"), HasSubstr("{\"row\":1}")));
  const auto rows = json_lines(result.out);
  ASSERT_EQ(rows.size(), 7u);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i]["row"], i);
  EXPECT_EQ(rows[0]["input"]["text"], "one");
  EXPECT_EQ(rows[1]["id"], 2);
  EXPECT_THAT(rows[1]["error"]["message"].get<std::string>(), HasSubstr("text"));
  EXPECT_EQ(rows[2]["input"]["text"], "three");
  EXPECT_THAT(rows[3]["error"]["message"].get<std::string>(),
              AllOf(HasSubstr("a.jsonl"), HasSubstr("line 4"), HasSubstr("JSON")));
  EXPECT_EQ(rows[3]["error"]["thing"], "line 4");
  EXPECT_EQ(rows[4]["txet"], "five");
  EXPECT_THAT(rows[4]["error"]["message"].get<std::string>(), AllOf(HasSubstr("line 5"), HasSubstr("id, txet")));
  EXPECT_THAT(rows[5]["error"]["message"].get<std::string>(), HasSubstr("line 6"));
  EXPECT_EQ(rows[6]["input"]["text"], "seven");

  const Result file_result = run({"predict", "-m", golden("bert-cls"), "--input", file, "-o", folder / "out.jsonl"});
  EXPECT_EQ(file_result.code, 3);
  EXPECT_EQ(read(folder / "out.jsonl"), result.out);
  const Result terminal = run({"explain", "-m", golden("bert-cls"), "--input", file, "--format", "csv"});
  EXPECT_EQ(terminal.code, 3);
  EXPECT_THAT(terminal.err, HasSubstr("4 of 7 rows failed"));
  const Result shown = run({"show", folder / "out.jsonl"});
  EXPECT_EQ(shown.code, 1);  // predictions are not explanations
}

}  // namespace
}  // namespace limn::cli_test
