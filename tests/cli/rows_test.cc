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

TEST(Rows, PlainText) {
  Folder folder;
  const Result result = run(predict(folder.write("a.txt", "\xEF\xBB\xBFone\n\n two \n")));
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(texts(json_lines(result.out)), ElementsAre("one", " two "));
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
  EXPECT_EQ(csv[0], "explanation,sequence,begin,end,text,score\r");
  EXPECT_THAT(csv[6], StartsWith("1,0,6,10,film,"));
}

TEST(Rows, PageHoldsTwoHundredExplanations) {
  Folder folder;
  std::string input;
  for (int i = 0; i < 203; ++i) input += "number" + std::to_string(i) + "\n";
  const Result result =
      run({"explain", "-m", golden("bert-cls"), "--input", folder.write("a.txt", input), "-o", folder / "a.html"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("first 200 of 203"));
  EXPECT_THAT(read(folder / "a.html"), AllOf(HasSubstr("number199"), testing::Not(HasSubstr("number200"))));
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

// ---- resume ---------------------------------------------------------------------------------------------------

class Resume : public testing::Test {
 protected:
  void SetUp() override {
    std::string rows;
    for (int i = 0; i < 3000; ++i) {
      rows += "{\"id\": " + std::to_string(i) + ", \"text\": \"Washington row " + std::to_string(i) +
              " is a good film " + std::string(static_cast<std::size_t>(i % 13), 'a') + "\"}\n";
      if (i % 500 == 77) rows += "{\"id\": " + std::to_string(i) + ", \"text\": \"\"}\n";
    }
    input_ = folder_.write("in.jsonl", rows);
  }

  std::vector<std::string> command(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"explain", "-m", golden(model_), "--input", input_, "-o", output()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::string output() const { return folder_ / "out.jsonl"; }
  std::string partial() const { return output() + ".partial"; }

  /// Starts a run and ends it with the signal once its file has at least this many bytes.
  Result interrupt_run(int signal, std::uintmax_t bytes, const std::vector<std::string>& more = {}) const {
    const Running running(command(more));
    std::error_code ignored;
    for (std::uintmax_t size = 0; size < bytes && !running.has_ended();
         std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
      size = fs::file_size(partial(), ignored);
      if (ignored) size = 0;
    }
    running.send(signal);
    return running.wait();
  }
  std::string unbroken() const {
    const Result result = run({"explain", "-m", golden(model_), "--input", input_});
    EXPECT_EQ(result.code, 3);
    return without_seconds(result.out);
  }

  std::string model_ = "bert-cls";
  Folder folder_;
  std::string input_;
};

TEST_F(Resume, AfterKillsMatchesUninterruptedRun) {
  EXPECT_EQ(interrupt_run(SIGKILL, 200'000).signal, SIGKILL);
  ASSERT_TRUE(fs::exists(partial()));
  ASSERT_FALSE(fs::exists(output()));
  const std::uintmax_t first = fs::file_size(partial());
  EXPECT_EQ(interrupt_run(SIGKILL, first + 400'000, {"--resume"}).signal, SIGKILL);
  ASSERT_FALSE(fs::exists(output()));
  EXPECT_GE(fs::file_size(partial()), first);
  {  // a line that the kill truncated
    std::ofstream cut(partial(), std::ios::app);
    cut << "{\"row\":99999,\"id\":4";
  }
  const Result last = run(command({"--resume"}));
  EXPECT_EQ(last.code, 3);
  EXPECT_THAT(last.err, AllOf(HasSubstr("rows are already done"), HasSubstr("limn: 6 of 3006 rows failed")));
  EXPECT_FALSE(fs::exists(partial()));
  EXPECT_FALSE(fs::exists(partial() + ".settings"));
  EXPECT_EQ(without_seconds(read(output())), unbroken());
  // Resuming a complete run changes nothing.
  const auto written = fs::last_write_time(output());
  const Result again = run(command({"--resume"}));
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("is already complete"));
  EXPECT_EQ(fs::last_write_time(output()), written);
}

TEST_F(Resume, RowsOfSeveralLines) {
  model_ = "bert-token";
  EXPECT_EQ(interrupt_run(SIGKILL, 300'000).signal, SIGKILL);
  // A row may lack its last lines: remove one and expect it to be restored.
  std::string text = read(partial());
  text.resize(text.rfind('\n') + 1);
  text.resize(text.rfind('\n', text.size() - 2) + 1);
  folder_.write("out.jsonl.partial", text);
  EXPECT_EQ(run(command({"--resume"})).code, 3);
  EXPECT_EQ(without_seconds(read(output())), unbroken());
}

TEST_F(Resume, InterruptExplainsHowToResume) {
  const Result broken = interrupt_run(SIGINT, 100'000);
  EXPECT_EQ(broken.code, 130);
  EXPECT_THAT(broken.err, AllOf(HasSubstr("interrupted"), HasSubstr(partial()), HasSubstr("--resume")));
  EXPECT_EQ(run(command({"--resume"})).code, 3);
  EXPECT_EQ(without_seconds(read(output())), unbroken());
}

TEST_F(Resume, InterruptedRunIsNotOverwritten) {
  interrupt_run(SIGKILL, 100'000);
  const std::string before = read(partial());
  const Result result = run(command());
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr(partial()), HasSubstr("--resume")));
  EXPECT_EQ(read(partial()), before);
}

TEST_F(Resume, NeedsTheSameSettings) {
  interrupt_run(SIGKILL, 100'000);
  const std::string before = read(partial());
  const auto expect = [&](const std::vector<std::string>& more, const std::vector<std::string>& parts) {
    const Result result = run(command(more));
    EXPECT_EQ(result.code, 1);
    for (const auto& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_EQ(read(partial()), before);
  };
  expect({"--resume", "--method", "gradient-x-input"}, {"--method", "found \"gradient-x-input\"", "expected nothing"});
  expect({"--resume", "--raw"}, {"--raw"});
  model_ = "distilbert-cls";
  expect({"--resume"}, {"model", "found \"distilbert-cls\"", "expected \"bert-cls\""});
  model_ = "bert-cls";
  std::ofstream(input_, std::ios::app) << "{\"text\": \"one more\"}\n";
  expect({"--resume"}, {"input bytes"});
  folder_.write("out.jsonl.partial.settings", "nonsense");
  expect({"--resume"}, {"out.jsonl.partial.settings", "no readable settings"});
}

TEST_F(Resume, RejectsForeignFile) {
  folder_.write("out.jsonl.partial", "something else\n");
  folder_.write("out.jsonl.partial.settings", "{}");
  const Result result = run(command({"--resume"}));
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(read(partial()), "something else\n");
}

TEST_F(Resume, SecondWriterIsRejected) {
  const Running first(command());
  std::error_code ignored;
  while (fs::file_size(partial(), ignored) < 1000 || ignored) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  first.send(SIGSTOP);
  const Result second = run(command({"--resume"}));
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.err, HasSubstr("another run"));
  first.send(SIGCONT);
  EXPECT_EQ(first.wait().code, 3);
  EXPECT_EQ(without_seconds(read(output())), unbroken());
}

TEST_F(Resume, RejectsInputWithFewerRows) {
  const std::string rows = read(input_);
  std::vector<std::string> arguments = {"predict", "-m", golden(model_), "--input", "-", "-o", output()};
  folder_.write("out.jsonl.partial", "{\"row\":0,\"a\":1}\n{\"row\":1,\"a\":1}\n{\"row\":2,\"a\":1}\n");
  const Json settings = {{"limn", run({"--version"}).out.substr(5, 5)},
                         {"command", "predict"},
                         {"model", "bert-cls"},
                         {"bytes of model.safetensors", fs::file_size(golden(model_) + "/model.safetensors")}};
  folder_.write("out.jsonl.partial.settings", settings.dump());
  arguments.push_back("--resume");
  const Result result = run(arguments, {.input = "{\"text\": \"one\"}\n"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("found 1 rows"), HasSubstr("more than the 2")));
  EXPECT_FALSE(fs::exists(output()));
  EXPECT_TRUE(fs::exists(partial()));
}

TEST_F(Resume, InterruptLeavesNoPartialPage) {
  // The input is a pipe that stays open: limn has work to wait for, however fast it is.
  const std::string pipe = folder_ / "rows.jsonl";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int rows = ::open(pipe.c_str(), O_RDWR);
  ASSERT_GE(rows, 0);
  const std::string first = read(input_).substr(0, 4096);  // fits into the pipe
  ASSERT_EQ(::write(rows, first.data(), first.size()), static_cast<ssize_t>(first.size()));
  const auto files = [&] { return std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()); };
  const auto before = files();
  const Running running({"explain", "-m", golden(model_), "--input", pipe, "-o", folder_ / "out.html"});
  while (files() == before && !running.has_ended()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_GT(files(), before);  // the temporary file
  running.send(SIGINT);
  const Result result = running.wait();
  ::close(rows);
  EXPECT_EQ(result.code, 130) << result.err;
  EXPECT_EQ(files(), before);
}

TEST_F(Resume, SupportsOnlyJson) {
  const Result result =
      run({"explain", "-m", golden("bert-cls"), "--input", input_, "-o", folder_ / "out.csv", "--resume"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("--resume"), HasSubstr("--format json")));
}

TEST_F(Resume, StartsIfThereIsNothingToResume) {
  EXPECT_EQ(run(command({"--resume"})).code, 3);
  EXPECT_EQ(lines(read(output())).size(), 3006u);
}

}  // namespace
}  // namespace limn::cli_test
