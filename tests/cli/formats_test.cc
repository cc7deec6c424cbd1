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

TEST(PredictTsv, RenamesColumnsThatWouldBeThereTwice) {
  const Folder folder;
  const std::string data = folder.write("rows.tsv", "text\tlabel\tinput_label\nDull.\tnegative\tx\n");
  const Result result = run({"predict", "-m", "minilm-l6-sentiment", "--input", data, "-o", folder / "out.tsv"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = lines(read(folder / "out.tsv"));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], "row\tinput_input_label\tinput_label\tlabel\tprobability\terror\r");
  EXPECT_THAT(rows[1], StartsWith("0\tnegative\tx\tnegative\t0.99"));
}

TEST(ExplainCsv, KeepsRowsColumnsAndErrors) {
  const Folder folder;
  const std::string data = folder.write("rows.csv", "id,text,note\na,\"A witty film.\",\"x,y\"\nb,,z\nc,Dull.,\n");
  const auto explain = [&](const std::vector<std::string>& how) {
    std::vector<std::string> command = {"explain", "-m", "minilm-l6-sentiment", "--input", data};
    command.insert(command.end(), how.begin(), how.end());
    const Result result = run(command);
    EXPECT_EQ(result.code, 3) << result.err;
    return lines(result.out);
  };
  const auto words = explain({"--format", "csv"});
  ASSERT_EQ(words.size(), 1U + 4 + 1 + 2);  // words and full stops
  EXPECT_EQ(words[0], "row,id,note,label,probability,target,explanation,sequence,word,begin,end,score,error\r");
  EXPECT_THAT(words[2], AllOf(StartsWith("0,a,\"x,y\",positive,0.99"), HasSubstr(",positive,0,0,witty,2,7,")));
  EXPECT_THAT(words[5], AllOf(StartsWith("1,b,z,,,,,,,,,,"), HasSubstr("text")));
  EXPECT_THAT(words[6], StartsWith("2,c,,negative,0.99"));
  const auto wide = explain({"--format", "csv", "--table", "wide"});
  ASSERT_EQ(wide.size(), 4U);
  EXPECT_EQ(wide[0], "row,id,note,label,probability,target,explanation,words,error\r");
  EXPECT_THAT(wide[1], HasSubstr("{\"\"word\"\":\"\"witty\"\",\"\"sequence\"\":0,\"\"begin\"\":2,\"\"end\"\":7,"));
  // Saved explanations give the same table.
  const std::string saved = folder / "saved.jsonl";
  explain({"-o", saved});
  const auto shown = lines(run({"show", saved, "--format", "csv", "--table", "wide"}).out);
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_EQ(shown[0], wide[0]);
  EXPECT_EQ(shown[1], wide[1]);
  EXPECT_EQ(shown[2], wide[3]);
  const Result refused =
      run({"explain", "-m", "minilm-l6-sentiment", "--text", "a", "--table", "wide", "--format", "json"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("--table"), HasSubstr("csv or tsv")));
}

TEST(PredictCsv, SaysWhichFieldsOfLaterRowsItLacks) {
  const Folder folder;
  const std::string data = folder.write("rows.jsonl",
                                        "{\"id\": 1, \"text\": \"Dull.\"}\n"
                                        "{\"text\": \"Witty.\", \"source\": \"web\"}\n");
  const Result result = run({"predict", "-m", "minilm-l6-sentiment", "--input", data, "--format", "csv"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("not source; json has all"));
  const auto rows = lines(result.out);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], "row,id,label,probability,error\r");
  EXPECT_THAT(rows[2], StartsWith("1,,positive,0."));
}

TEST(ExplainCsv, HasALabelAndATargetForEachTask) {
  const Result entities = run({"explain", "-m", "minilm-l6-ner", "--text", "Lena saw Oslo.", "--format", "csv"});
  const auto rows = lines(entities.out);
  ASSERT_EQ(rows.size(), 1U + 4 + 4) << entities.err;  // two entities, each explained by three words and the full stop
  EXPECT_THAT(rows[1], AllOf(StartsWith("0,PER,0."), HasSubstr(",Lena,0,0,Lena,0,4,")));
  EXPECT_THAT(rows[7], AllOf(StartsWith("0,LOC,0."), HasSubstr(",Oslo,1,0,Oslo,9,13,")));
  const Result answer =
      run({"explain", "-m", "minilm-l6-qa", "--question", "Who came?", "--context", "Anna came.", "--format", "csv"});
  EXPECT_THAT(lines(answer.out).at(1), AllOf(StartsWith("0,Anna,0."), HasSubstr(",Anna,0,0,Who,0,3,")));
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
