// limn attack compared with PyTorch in float64 (tests/explain/data/attacks.json), and its errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::vector<std::string> arguments_of(const Json& row) {
  std::vector<std::string> arguments = {"attack", row["attack"] == "hotflip" ? "hotflip" : "reduce", "-m",
                                        golden(row["model"])};
  for (const auto& [name, text] : row["input"].items()) arguments.insert(arguments.end(), {"--" + name, text});
  if (!row["target"].is_null())
    arguments.insert(arguments.end(), {"--target", std::to_string(row["target"].get<int>())});
  if (!row["toward"].is_null())
    arguments.insert(arguments.end(), {"--toward", std::to_string(row["toward"].get<int>())});
  return arguments;
}

TEST(AttackCommand, MatchesPyTorchSteps) {
  const Json rows = Json::parse(read(LIMN_SOURCE_DIR "/tests/explain/data/attacks.json"));
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows.size(); i += 5, ++count) {
    SCOPED_TRACE(rows[i].dump());
    const Result result = run(arguments_of(rows[i]));
    ASSERT_EQ(result.code, 0) << result.err;
    const Json found = json_lines(result.out).front();
    EXPECT_EQ(found["limn"], 1);
    EXPECT_EQ(found["attack"], rows[i]["attack"]);
    EXPECT_EQ(found["succeeded"], rows[i]["succeeded"]);
    ASSERT_EQ(found["steps"].size(), rows[i]["steps"].size());
    for (std::size_t step = 0; step < found["steps"].size(); ++step) {
      const Json& expected = rows[i]["steps"][step];
      EXPECT_EQ(found["steps"][step]["token"], expected.is_array() ? expected[0] : expected);
    }
  }
  EXPECT_GE(count, 5u);
}

TEST(AttackCommand, StopsAfterMaxSteps) {
  const Result result = run({"attack", "reduce", "-m", golden("bert-cls"), "--text",
                             "A gorgeous, witty, seductive movie.", "--max-steps", "3"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json found = json_lines(result.out)[0];
  ASSERT_EQ(found["steps"].size(), 3u);
  EXPECT_EQ(found["steps"][0]["token"], 16);  // as in PyTorch
  EXPECT_EQ(found["steps"][2]["input"], found["output"]);
}

TEST(AttackCommand, ChangesOnlyAllowedTexts) {
  const std::vector<std::string> reduce = {"attack",     "reduce",
                                           "-m",         "minilm-l6-qa",
                                           "--question", "Who came to Rome in May?",
                                           "--context",  "Anna came to Rome."};
  const auto with = [&](const std::string& change) {
    std::vector<std::string> arguments = reduce;
    if (!change.empty()) arguments.insert(arguments.end(), {"--change", change});
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    return json_lines(result.out)[0];
  };
  for (const std::string change : {"", "question"}) EXPECT_EQ(with(change)["output"]["context"], "Anna came to Rome.");
  EXPECT_NE(with("question")["output"]["question"], "Who came to Rome in May?");
  EXPECT_EQ(with("context")["output"]["question"], "Who came to Rome in May?");
  EXPECT_NE(with("context")["output"]["context"], "Anna came to Rome.");
  EXPECT_EQ(with("both")["after"]["answer"], with("both")["before"]["answer"]);
}

TEST(AttackCommand, WritesPage) {
  const Folder folder;
  const Result result = run(
      {"attack", "hotflip", "-m", golden("bert-cls"), "--text", "A <b>witty</b> movie.", "-o", folder / "attack.html"});
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string page = read(folder / "attack.html");
  EXPECT_THAT(page, AllOf(testing::StartsWith("<!DOCTYPE html>"), HasSubstr("\"attack\":\"hotflip\""),
                          HasSubstr("Before: A &lt;b&gt;witty"), testing::Not(HasSubstr("<b>"))));
  // A page can hold only one attack.
  const Result rows = run({"attack", "hotflip", "-m", golden("bert-cls"), "--input", folder.write("rows.txt", "good\n"),
                           "-o", folder / "rows.html"});
  EXPECT_EQ(rows.code, 1);
  EXPECT_THAT(rows.err, AllOf(HasSubstr("'html'"), HasSubstr("json")));
}

TEST(AttackCommand, WritesTerminalOutput) {
  const Result flip = run_on_terminal({"attack", "hotflip", "-m", "minilm-l6-sentiment", "--text", "Dull."}, 80,
                                      {.environment = {{"NO_COLOR", "1"}}});
  EXPECT_EQ(flip.code, 0) << flip.out;
  EXPECT_THAT(flip.out, AllOf(HasSubstr("negative"), HasSubstr("hotflip: "), HasSubstr("dull → ")));
  const Result reduced =
      run_on_terminal({"attack", "reduce", "-m", "minilm-l6-sentiment", "--text", "A very dull film."}, 80,
                      {.environment = {{"NO_COLOR", "1"}}});
  EXPECT_THAT(reduced.out, AllOf(HasSubstr("input-reduction: "), HasSubstr("could be removed"), HasSubstr("− a")));
}

TEST(AttackCommand, RowsKeepOrderAndFields) {
  Folder folder;
  const std::string file = folder.write(
      "a.jsonl", "{\"id\": 7, \"text\": \"a good film\", \"steps\": 1}\n{\"text\": \"\"}\n{\"text\": \"bad\"}\n");
  const Result result =
      run({"attack", "hotflip", "-m", golden("bert-cls"), "--input", file, "-o", folder / "out.jsonl"});
  EXPECT_EQ(result.code, 3) << result.err;
  const auto rows = json_lines(read(folder / "out.jsonl"));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["id"], 7);
  EXPECT_EQ(rows[0]["input_steps"], 1);  // limn's own field keeps its name
  EXPECT_TRUE(rows[0]["steps"].is_array());
  EXPECT_TRUE(rows[1].contains("error"));
  EXPECT_EQ(rows[2]["input"]["text"], "bad");
}

TEST(AttackCommand, SameResultForAnyThreadCount) {
  for (const std::string kind : {"hotflip", "reduce"}) {
    const auto with = [&](const std::string& threads) {
      return without_seconds(run({"attack", kind, "-m", golden("bert-cls"), "--text",
                                  "A gorgeous, witty, seductive movie.", "--threads", threads})
                                 .out);
    };
    EXPECT_NE(with("1"), "");
    EXPECT_EQ(with("1"), with("2"));
    EXPECT_EQ(with("1"), with("3"));
  }
}

TEST(AttackCommand, RejectsInvalidOptions) {
  const auto expect = [](const std::vector<std::string>& more, const std::vector<std::string>& parts) {
    std::vector<std::string> arguments = {"attack"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 1) << result.err;
    EXPECT_EQ(result.out, "");
    for (const auto& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
  };
  const std::string model = golden("bert-cls");
  expect({"hotflip", "-m", model, "--text", "a film", "--toward", "splendid"},
         {"splendid", "LABEL_0, LABEL_1, LABEL_2"});
  expect({"hotflip", "-m", model, "--text", "a film", "--change", "pair"}, {"1", "0: there is one text"});
  expect({"hotflip", "-m", model, "--text", "a film", "--change", "title"},
         {"--change", "'title'", "text, question, pair, context, both"});
  expect({"hotflip", "-m", model, "--text", "a film", "--target", "1"}, {"--target", "only for token classification"});
  expect({"reduce", "-m", model, "--text", "a film", "--beam", "0"}, {"--beam", "found 0", "at least 1"});
  expect({"reduce", "-m", model, "--text", ""}, {"text"});
  expect({"hotflip", "-m", golden("bert-qa"), "--question", "Who?", "--context", "Anna came.", "--toward", "Berta"},
         {"Berta", "a part of the context"});
  expect({"reduce", "-m", LIMN_SOURCE_DIR "/tests/golden-mlm/bert-mlm", "--text", "a film"},
         {"masked-lm", "sequence-classification"});
  expect({"hotflip", "-m", model, "--text", "a film", "--format", "svg"}, {"--format", "'svg'", "terminal, json"});
  EXPECT_EQ(run({"attack"}).code, 2);
  EXPECT_EQ(run({"attack", "melt", "-m", model, "--text", "a"}).code, 2);
  EXPECT_EQ(run({"attack", "reduce", "-m", model, "--text", "a", "--toward", "1"}).code, 2);
}

}  // namespace
}  // namespace limn::cli_test
