// Output on a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/program.h"

namespace limn::cli_test::terminal_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> explain = {"explain", "-m", "minilm-l6-sentiment", "--text", "A gorgeous, witty film."};

TEST(Terminal, TerminalFormatIsTheDefault) {
  const Result result =
      run_on_terminal(explain, 80, {.environment = {{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}}});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("positive"), HasSubstr("gorgeous"), HasSubstr("\x1b[48;2;")));
}

TEST(Terminal, ColorsFollowTheEnvironment) {
  const Result indexed = run_on_terminal(explain, 80, {.environment = {{"TERM", "xterm-256color"}}});
  EXPECT_THAT(indexed.out, AllOf(HasSubstr("\x1b[48;5;"), Not(HasSubstr("\x1b[48;2;"))));
  const Result plain = run_on_terminal(
      explain, 80, {.environment = {{"TERM", "xterm-256color"}, {"COLORTERM", "truecolor"}, {"NO_COLOR", "1"}}});
  EXPECT_THAT(plain.out, AllOf(HasSubstr("gorgeous"), Not(HasSubstr("\x1b["))));
}

TEST(Terminal, FitsTerminalWidth) {
  const std::string text =
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen";
  const Result result = run_on_terminal({"explain", "-m", "minilm-l6-sentiment", "--text", text}, 40,
                                        {.environment = {{"NO_COLOR", "1"}}});
  EXPECT_EQ(result.code, 0);
  for (const auto& line : lines(result.out)) {
    std::size_t columns = 0;  // all characters here take one column
    for (const char c : line) columns += (c & 0xC0) != 0x80;
    EXPECT_LE(columns, 40u) << line;
  }
}

TEST(Terminal, TablesOfTheOtherCommands) {
  const Setting setting = {.environment = {{"NO_COLOR", "1"}}};
  EXPECT_THAT(run_on_terminal({"tokenize", "-m", "minilm-l6-sentiment", "--text", "Änna"}, 80, setting).out,
              AllOf(HasSubstr("token"), HasSubstr("anna"), HasSubstr("0-4"), HasSubstr("Änna")));
  EXPECT_THAT(run_on_terminal({"models"}, 80, setting).out,
              AllOf(HasSubstr("minilm-l6-qa"), HasSubstr("question-answering")));
  EXPECT_THAT(run_on_terminal({"models", "minilm-l6-ner"}, 80, setting).out,
              AllOf(HasSubstr("parameters"), HasSubstr("token-classification"), HasSubstr("B-PER")));
  EXPECT_THAT(run_on_terminal({"predict", "-m", "minilm-l6-sentiment", "--text", "a\x1b[31m film"}, 80, setting).out,
              AllOf(HasSubstr("positive"), Not(HasSubstr("\x1b[31m"))));
  EXPECT_THAT(run_on_terminal({"predict", "-m", "minilm-l6-qa", "--question", "Who came to Rome?", "--context",
                               "Anna came to Rome."},
                              80, setting)
                  .out,
              AllOf(HasSubstr("Anna"), HasSubstr("no answer")));
}

TEST(Terminal, RejectsTerminalAsStandardInput) {
  const Result result = run_on_terminal({"explain", "-m", golden("bert-cls"), "--input", "-"}, 80);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, AllOf(HasSubstr("--input -"), HasSubstr("terminal"), HasSubstr("pipe or a file")));
}

TEST(Terminal, LongRunsShowAndEraseProgress) {
  Folder folder;
  std::string rows;
  for (int i = 0; i < 20000; ++i) rows += "a good film and a bad one, number " + std::to_string(i) + "\n";
  const std::string file = folder.write("rows.txt", rows);
  const Running quiet({"predict", "-m", golden("bert-cls"), "--input", file, "-o", folder / "quiet.jsonl"});
  const Result result = run_on_terminal(
      {"predict", "-m", golden("bert-cls"), "--input", file, "-o", folder / "out.jsonl"}, 80, {.slowed = true});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(quiet.wait().err, "");  // never in a pipe
  EXPECT_THAT(result.out, AllOf(HasSubstr("/20000 "), HasSubstr("rows/s"), HasSubstr(" left")));
  EXPECT_TRUE(result.out.ends_with("\x1b[K"));
  EXPECT_EQ(read(folder / "out.jsonl"), read(folder / "quiet.jsonl"));
}

TEST(Terminal, LongMethodsShowAndEraseProgress) {
  Folder folder;
  std::string context;
  for (int i = 0; i < 10; ++i) context += "Anna came to Rome in May and met Ben there. ";
  const Result result =
      run_on_terminal({"explain", "-m", "minilm-l6-qa", "--question", "Who came?", "--context", context, "--method",
                       "integrated-gradients", "--steps", "100", "--threads", "1", "-o", folder / "a.json"},
                      80, {.slowed = true});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr(" % "), HasSubstr("━"), HasSubstr(" left"), Not(HasSubstr("rows"))));
  EXPECT_TRUE(result.out.ends_with("\x1b[K"));
}

TEST(Terminal, LargeTextsShowAndEraseProgressWhileTheyAreRead) {
  Folder folder;
  std::string context;
  for (int i = 0; i < 4000; ++i) context += "Anna came to Rome in May and met Ben there. ";
  const std::string file = folder.write("context.txt", context);
  const Result result = run_on_terminal({"predict", "-m", "minilm-l6-qa", "--question", "Who came?", "--context-file",
                                         file, "--threads", "1", "-o", folder / "a.json"},
                                        80, {.slowed = true});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr(" % "), HasSubstr("━"), HasSubstr(" left"), Not(HasSubstr("rows"))));
  EXPECT_THAT(result.out, HasSubstr("\x1b[K"));
}

TEST(Terminal, InterruptErasesTheLine) {
  int terminal = -1;
  const pid_t process = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  ASSERT_GE(process, 0);
  if (process == 0) {
    std::string context;
    for (int i = 0; i < 4; ++i) context += "Anna came to Rome in May and met Ben there. ";
    become_limn({"explain", "-m", "minilm-l6-qa", "--question", "Who came?", "--context", context, "--method", "lime",
                 "--samples", "1000000", "--threads", "1"},
                {});
  }
  std::string out;
  char buffer[4096];
  bool sent = false;
  for (ssize_t bytes; (bytes = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    out.append(buffer, static_cast<std::size_t>(bytes));
    if (!sent && out.find('%') != std::string::npos) sent = ::write(terminal, "\x03", 1) == 1;  // Ctrl-C
  }
  int status = 0;
  ::waitpid(process, &status, 0);
  ::close(terminal);
  EXPECT_TRUE(sent);
  EXPECT_EQ(result_of(status).signal, SIGINT);
  EXPECT_TRUE(out.ends_with("\r\x1b[K")) << out;
}

}  // namespace
}  // namespace limn::cli_test::terminal_test
