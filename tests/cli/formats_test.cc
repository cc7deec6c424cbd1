// Predictions in the formats of other tools, shell completion and man pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(PredictCsv, KeepsRowsColumnsAndErrors) {
  const Folder folder;
  const std::string data = folder.write("rows.jsonl",
                                        "{\"id\": \"a,1\", \"text\": \"A gorgeous, witty film.\"}\n"
                                        "{\"id\": \"b\", \"title\": 1}\n"
                                        "{\"id\": \"c\", \"text\": \"Dull.\"}\n");
  const Result result = run({"predict", "-m", "minilm-l6-sentiment", "--input", data, "-o", folder / "out.csv"});
  EXPECT_EQ(result.code, 3) << result.err;
  const auto rows = lines(read(folder / "out.csv"));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0], "row,id,label,probability,error\r");
  EXPECT_THAT(rows[1], StartsWith("0,\"a,1\",positive,0.99"));
  EXPECT_THAT(rows[2], AllOf(StartsWith("1,b,,,"), HasSubstr("text")));
  EXPECT_THAT(rows[3], StartsWith("2,c,negative,0.99"));
  const Result one =
      run({"predict", "-m", "minilm-l6-qa", "--question", "Who came?", "--context", "Anna came.", "--format", "csv"});
  EXPECT_THAT(one.out, StartsWith("row,answer,begin,end,probability,error\r\n0,Anna,0,4,0."));
}

TEST(PredictDisplacy, HasSpacysFieldsInCodePoints) {
  const Result result =
      run({"predict", "-m", "minilm-l6-ner", "--text", "Yesterday à Paris, Lena saw Oslo.", "--format", "displacy"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json shown = Json::parse(result.out);
  EXPECT_EQ(shown["text"], "Yesterday à Paris, Lena saw Oslo.");
  EXPECT_TRUE(shown["title"].is_null());
  const Json paris = {{"start", 12}, {"end", 17}, {"label", "LOC"}},
             lena = {{"start", 19}, {"end", 23}, {"label", "PER"}},
             oslo = {{"start", 28}, {"end", 32}, {"label", "LOC"}};
  EXPECT_THAT(shown["ents"], ElementsAre(paris, lena, oslo));
}

TEST(PredictConll, HasAWordAndItsTagPerLine) {
  const Result result =
      run({"predict", "-m", "minilm-l6-ner", "--text", "Lena Petrov moved to Oslo.", "--format", "conll"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "Lena B-PER\nPetrov I-PER\nmoved O\nto O\nOslo B-LOC\n. O\n\n");
  // What is written can be evaluated: the model agrees with itself.
  const Folder folder;
  const Result again = run({"evaluate", "tokens", "-m", "minilm-l6-ner", "--data", folder.write("tags.txt", result.out),
                            "--format", "json"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(Json::parse(again.out)["f1"], 100.0);
}

TEST(PredictFormats, NeedATagger) {
  const Result result = run({"predict", "-m", "minilm-l6-sentiment", "--text", "hi", "--format", "displacy"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("tags tokens"));
}

TEST(Completion, BashCompletesCommandsAndTheirOptions) {
  const Folder folder;
  for (const char* shell : {"bash", "zsh", "fish"}) EXPECT_EQ(run({"completion", shell}).code, 0);
  EXPECT_EQ(run({"completion", "tcsh"}).code, 1);
  EXPECT_EQ(run({"completion"}).code, 2);
  const std::string script = folder.write("limn.bash", run({"completion", "bash"}).out);
  const auto completed = [&](const std::string& words) {
    const std::string out = folder / "out";
    const std::string command = "bash -c 'source " + script + "; COMP_WORDS=(" + words +
                                "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _limn; echo ${COMPREPLY[*]}' > " + out;
    EXPECT_EQ(std::system(command.c_str()), 0);
    return read(out);
  };
  EXPECT_EQ(completed("limn eval"), "evaluate\n");
  EXPECT_EQ(completed("limn evaluate squ"), "squad\n");
  EXPECT_EQ(completed("limn evaluate squad --da"), "--data\n");
  EXPECT_EQ(completed("limn explain --text hi --tol"), "--tolerance\n");
}

TEST(ManPages, ExistForEveryCommandWithItsOptions) {
  const Folder folder;
  ASSERT_EQ(run({"completion", "--man", folder / "man1"}).code, 0);
  std::size_t pages = 0;
  for (const auto& file : fs::directory_iterator(folder / "man1")) {
    ++pages;
    EXPECT_THAT(read(file.path()), AllOf(StartsWith(".TH LIMN"), HasSubstr(".SH NAME"), HasSubstr(".SH SYNOPSIS")));
  }
  EXPECT_GT(pages, 20U);
  EXPECT_THAT(read(folder / "man1/limn-explain.1"), HasSubstr("\\-\\-tolerance"));
  EXPECT_TRUE(fs::exists(folder / "man1/limn-evaluate-squad.1"));
}

}  // namespace
}  // namespace limn::cli_test
