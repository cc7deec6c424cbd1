// Runs that write rows to a file: interrupted, resumed, finished and repeated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <chrono>
#include <string>
#include <thread>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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
  EXPECT_EQ(again.code, 3);  // as the run that finished it
  EXPECT_THAT(again.err, AllOf(HasSubstr("is already complete"), HasSubstr("6 of 3006 rows failed")));
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

// ---- what identifies a run -----------------------------------------------------------------------------------

/// A run of three rows from standard input.
class Finished : public testing::Test {
 protected:
  Result predict(const std::vector<std::string>& more = {"--resume"}, const std::string& last = "three") const {
    std::vector<std::string> arguments = {"predict", "-m", golden(model_), "--input", "-", "-o", output()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments, {.input = "{\"text\": \"one\"}\n{\"text\": \"two\"}\n{\"text\": \"" + last + "\"}\n"});
  }
  void expect_refused(const Result& result, const std::vector<std::string>& parts) const {
    EXPECT_EQ(result.code, 1);
    for (const auto& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
  }
  std::string output() const { return folder_ / "out.jsonl"; }

  std::string model_ = "bert-cls";
  Folder folder_;
};

TEST_F(Finished, IsRecognized) {
  ASSERT_EQ(predict({}).code, 0);
  const std::string before = read(output());
  const Result again = predict();
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("already complete"));
  EXPECT_EQ(read(output()), before);
  EXPECT_EQ(predict({}, "other").code, 0);  // without --resume, a run replaces the file
  EXPECT_NE(read(output()), before);
}

TEST_F(Finished, WithOtherSettingsOrInputIsRefused) {
  ASSERT_EQ(predict({}).code, 0);
  expect_refused(predict({"--resume", "--max-length", "16"}), {"--max-length", "as in the finished run"});
  expect_refused(predict({"--resume"}, "other"), {"standard input", "another input"});
  model_ = "distilbert-cls";
  expect_refused(predict(), {"model", "found \"distilbert-cls\""});
}

TEST_F(Finished, ChangedOrUnknownFileIsRefused) {
  folder_.write("out.jsonl", "a letter to my mother\n");
  expect_refused(predict(), {"out.jsonl.settings", "no readable settings"});
  EXPECT_EQ(read(output()), "a letter to my mother\n");
  ASSERT_EQ(predict({}).code, 0);
  const std::string text = read(output());
  folder_.write("out.jsonl", text.substr(0, text.size() - 10));
  expect_refused(predict(), {"out.jsonl", "bytes of the finished run"});
  std::string changed = text;
  changed[changed.size() / 2] ^= 1;
  folder_.write("out.jsonl", changed);
  expect_refused(predict(), {"other bytes than limn wrote"});
}

TEST_F(Finished, OutputThatIsAnInputIsRefused) {
  fs::copy(golden("bert-cls"), folder_ / "model", fs::copy_options::recursive);
  const std::string rows = folder_.write("rows.jsonl", "{\"text\": \"one\"}\n");
  const std::string context = folder_.write("context.txt", "Anna came to Rome.");
  const std::string config = folder_ / "model" + "/config.json", other = folder_ / "link.jsonl";
  fs::create_symlink(rows, other);
  const std::string partial = folder_.write("out.jsonl.partial", "{\"text\": \"one\"}\n");
  fs::copy(partial, folder_ / "in.jsonl");
  fs::remove(partial);
  fs::create_hard_link(folder_ / "in.jsonl", partial);
  std::size_t refused = 0;
  const std::vector<std::vector<std::string>> commands = {
      {"predict", "-m", folder_ / "model", "--input", rows, "-o", rows},
      {"predict", "-m", folder_ / "model", "--input", rows, "-o", other},
      {"predict", "-m", folder_ / "model", "--input", folder_ / "in.jsonl", "-o", folder_ / "out.jsonl"},
      {"explain", "-m", folder_ / "model", "--input", rows, "--format", "csv", "-o", rows},
      {"explain", "-m", folder_ / "model", "--text", "one", "-o", config},
      {"explain", "-m", "minilm-l6-qa", "--question", "Who?", "--context-file", context, "-o", context},
      {"tokenize", "-m", folder_ / "model", "--text", "one", "-o", folder_ / "model/tokenizer.json"},
      {"compare", "-m", folder_ / "model", "--input", rows, "-o", rows, "--method", "gradient,occlusion"},
      {"show", rows, "-o", rows}};
  for (const auto& arguments : commands) {
    expect_refused(run(arguments), {"--output", "a file that this command does not read"});
    ++refused;
  }
  EXPECT_EQ(refused, 9u);
  EXPECT_EQ(read(rows), "{\"text\": \"one\"}\n");
  EXPECT_EQ(read(config), read(golden("bert-cls") + "/config.json"));
}

/// A run that was killed after the first rows: its files are made from those of a finished run.
TEST_F(Finished, InterruptedRunIsVerified) {
  const std::string input = "{\"text\": \"one\"}\n{\"text\": \"two\"}\n";
  // A writer that never ends: limn waits for the third row until it is killed.
  const std::string pipe = folder_ / "in.jsonl";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto command = [&](const std::string& from) {
    return std::vector<std::string>{"predict", "-m", golden("bert-cls"), "--input", from, "-o", output(), "--resume"};
  };
  const std::string partial = output() + ".partial";
  {
    const Running running(command(pipe));
    const int writer = ::open(pipe.c_str(), O_RDWR);
    std::string sixteen;
    for (int i = 0; i < 8; ++i) sixteen += input;
    ASSERT_EQ(::write(writer, sixteen.data(), sixteen.size()), static_cast<ssize_t>(sixteen.size()));
    std::error_code ignored;
    const auto rows = [&] { return lines(read(partial + ".rows")).size(); };
    while (rows() < 16 && !running.has_ended()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    running.send(SIGKILL);
    EXPECT_EQ(running.wait().signal, SIGKILL);
    ::close(writer);
  }
  fs::remove(pipe);
  const std::string rows = read(partial), list = read(partial + ".rows"), settings = read(partial + ".settings");
  ASSERT_EQ(lines(rows).size(), 16u);
  std::string same;
  for (int i = 0; i < 9; ++i) same += input;
  // The pipe is replaced by a pipe with the given rows.
  const auto resume = [&](const std::string& text) {
    ::mkfifo(pipe.c_str(), 0600);
    const Running running(command(pipe));
    const int writer = ::open(pipe.c_str(), O_RDWR);
    EXPECT_EQ(::write(writer, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    while (!running.has_ended()) {
      int unread = 0;
      if (::ioctl(writer, FIONREAD, &unread) == 0 && unread == 0) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::close(writer);
    return running.wait();
  };
  const auto restore = [&](const std::string& changed_rows) {
    folder_.write("out.jsonl.partial", changed_rows);
    folder_.write("out.jsonl.partial.rows", list);
    folder_.write("out.jsonl.partial.settings", settings);
  };
  std::string other = same;
  other.replace(other.find("two"), 3, "six");
  expect_refused(resume(other), {"row 1", "another input"});
  restore(rows);
  expect_refused(resume(input), {"2 rows", "at least the 16"});
  const auto all = lines(rows);
  std::string without_fourth, changed = rows;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i != 3) without_fourth += all[i] + "\n";
  restore(without_fourth);
  expect_refused(resume(same), {"row 3", "other lines than limn wrote"});
  changed[changed.find("two") + 1] = 'W';
  restore(changed);
  expect_refused(resume(same), {"row 1", "other lines than limn wrote"});
  restore(rows.substr(0, rows.size() - 5));  // the end was lost: the last row is computed again
  EXPECT_EQ(resume(same).code, 0);
  ASSERT_EQ(lines(read(output())).size(), 18u);
  EXPECT_TRUE(read(output()).starts_with(rows));
}

}  // namespace
}  // namespace limn::cli_test
