// Standard streams that are full or closed, and text from files that is dangerous on a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <functional>
#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Runs the command after `prepare` has changed its standard descriptors; returns how it ended.
Result run_with(const std::vector<std::string>& arguments, const std::function<void()>& prepare) {
  const pid_t process = ::fork();
  if (process < 0) std::abort();
  if (process == 0) {
    prepare();
    become_limn(arguments, {});
  }
  int status = 0;
  ::waitpid(process, &status, 0);
  return result_of(status);
}

void replace(int descriptor, const char* file) { ::dup2(::open(file, O_WRONLY), descriptor); }

const std::vector<std::vector<std::string>> mistakes = {
    {"explain", "-m", "nope", "--text", "hi"},
    {"predict", "-m", golden("bert-cls"), "--input", "missing.jsonl"},
    {"show", "missing.json"},
    {"serve", "-m", "nope"},
    {"models", "pull", "nonsense"},
};

TEST(StandardStreams, FullOrClosedErrorKeepsTheExitCode) {
  std::size_t runs = 0;
  for (const auto& arguments : mistakes) {
    const Result usual = run(arguments);
    EXPECT_EQ(usual.code, 1) << arguments[0] << ": " << usual.err;
    EXPECT_EQ(run_with(
                  arguments, [] { replace(STDERR_FILENO, "/dev/full"); })
                  .code,
              1)
        << arguments[0];
    EXPECT_EQ(run_with(arguments, [] { ::close(STDERR_FILENO); }).code, 1) << arguments[0];
    ++runs;
  }
  EXPECT_EQ(runs, 5u);
  EXPECT_EQ(run_with(
                {"expalin"}, [] { replace(STDERR_FILENO, "/dev/full"); })
                .code,
            2);
  EXPECT_EQ(run_with({}, [] { replace(STDERR_FILENO, "/dev/full"); }).code, 2);
}

TEST(StandardStreams, MessagesDoNotEnterAFileInTheirPlace) {
  // The lowest free descriptor belongs to the next file that is opened: it must not be standard error's.
  Folder folder;
  const std::string rows = folder.write("a.jsonl", "{\"text\": \"good\"}\n{\"text\": \"\"}\n");
  const Result result = run_with({"predict", "-m", golden("bert-cls"), "--input", rows, "-o", folder / "out.jsonl"},
                                 [] { ::close(STDERR_FILENO); });
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(json_lines(read(folder / "out.jsonl")).size(), 2u);  // each line is JSON
}

TEST(StandardStreams, LostOutputIsAnError) {
  std::size_t runs = 0;
  const std::vector<std::vector<std::string>> commands = {{"--help"}, {"--version"}, {"explain", "--help"}, {"models"}};
  for (const auto& arguments : commands) {
    EXPECT_EQ(run_with(
                  arguments, [] { replace(STDOUT_FILENO, "/dev/full"); })
                  .code,
              1)
        << arguments[0];
    EXPECT_EQ(run_with(arguments, [] { ::close(STDOUT_FILENO); }).code, 1) << arguments[0];
    ++runs;
  }
  EXPECT_EQ(runs, 4u);
}

// /dev/stdout is the open descriptor: a file behind it is continued, neither truncated nor replaced.
TEST(StandardStreams, OutputToDevStdoutContinuesTheFileBehindIt) {
  const Folder folder;
  for (const std::string name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    for (const int mode : {O_TRUNC, O_APPEND}) {
      const std::string file = folder.write("out", "first\n");
      const auto open_file = [&] { ::dup2(::open(file.c_str(), O_WRONLY | mode), STDOUT_FILENO); };
      const Result result = run_with(
          {"predict", "-m", golden("bert-cls"), "--text", "a good film", "--format", "json", "-o", name}, open_file);
      EXPECT_EQ(result.code, 0) << name;
      const auto written = lines(read(file));
      ASSERT_EQ(written.size(), mode == O_APPEND ? 2U : 1U) << name;
      EXPECT_TRUE(Json::parse(written.back()).contains("prediction"));
    }
  }
  EXPECT_TRUE(fs::is_symlink("/dev/stdout"));
}

TEST(StandardStreams, FileSizeLimitIsAnError) {
  Folder folder;
  std::string rows;
  for (int i = 0; i < 100; ++i) rows += "{\"text\": \"a good film\"}\n";
  const std::string input = folder.write("a.jsonl", rows), error = folder / "error";
  const Result result =
      run_with({"predict", "-m", golden("bert-cls"), "--input", input, "-o", folder / "out.jsonl"}, [&] {
        ::dup2(::open(error.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
        const rlimit limit{.rlim_cur = 4096, .rlim_max = 4096};
        ::setrlimit(RLIMIT_FSIZE, &limit);
      });
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.signal, 0);
  EXPECT_THAT(read(error), HasSubstr("File too large"));
}

TEST(StandardStreams, WeightsTruncatedInPlaceEndInAMessage) {
  Folder folder;
  fs::copy(golden("bert-cls"), folder.path(), fs::copy_options::recursive);
  const std::string pipe = folder / "rows.jsonl";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Running running({"predict", "-m", folder.path().string(), "--input", pipe});
  const int rows = ::open(pipe.c_str(), O_WRONLY);  // limn opens it once it has loaded the model
  ASSERT_GE(rows, 0);
  fs::resize_file(folder / "model.safetensors", 4096);
  const std::string row = "{\"text\": \"a good film\"}\n";
  EXPECT_EQ(::write(rows, row.data(), row.size()), static_cast<ssize_t>(row.size()));
  ::close(rows);
  const Result result = running.wait();
  EXPECT_EQ(result.signal, 0);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("truncated"));
}

TEST(StandardStreams, TextFromFilesIsVisible) {
  const std::string escape = "\x1b]0;owned\x07\x1b[31m", override_mark = "\u202E";
  Folder folder;
  fs::copy(golden("bert-cls"), folder.path(), fs::copy_options::recursive);
  Json config = Json::parse(read(folder / "config.json"));
  config["label2id"] = Json::object();
  for (int i = 0; i < 3; ++i) {
    const std::string label = "evil" + escape + override_mark + std::to_string(i);
    config["id2label"][std::to_string(i)] = label;
    config["label2id"][label] = i;
  }
  folder.write("config.json", config.dump());
  const std::string model = folder.path().string();
  std::size_t outputs = 0;
  const std::vector<std::vector<std::string>> commands = {
      {"predict", "-m", model, "--text", "a film", "--format", "terminal"},
      {"explain", "-m", model, "--text", "a film", "--format", "terminal"},
      {"explain", "-m", model, "--text", "a film", "--target", escape + override_mark},  // the message lists labels
      {"explain", "-m", "no" + escape + override_mark, "--text", "a film"},
      {"models", model, "--format", "terminal"},
      {escape + override_mark},
      {"explain", "--" + escape + override_mark}};
  for (const auto& arguments : commands) {
    const Result result = run(arguments);
    const std::string text = result.out + result.err;
    EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\x07")), Not(HasSubstr(override_mark))));
    EXPECT_GT(text.size(), 10u);
    ++outputs;
  }
  EXPECT_EQ(outputs, 7u);
}

}  // namespace
}  // namespace limn::cli_test
