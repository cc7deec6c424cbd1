// limn attention and limn heatmap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string masked_lm(const std::string& name) { return LIMN_SOURCE_DIR "/tests/golden-mlm/" + name; }

TEST(AttentionCommand, HasEveryWeightOfEveryHead) {
  // The mean over the last layer's heads from [CLS], from PyTorch.
  const Json row = Json::parse(read(golden("bert-cls") + "/cases.json"))["cases"][0];
  const Result result = run({"attention", "-m", golden("bert-cls"), "--text", row["input"]["text"]});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json maps = json_lines(result.out)[0];
  const std::size_t tokens = row["ids"].size();
  EXPECT_EQ(maps["layers"], 3);
  EXPECT_EQ(maps["heads"], 4);
  EXPECT_THAT(maps["note"].get<std::string>(), HasSubstr("not a proven explanation"));
  ASSERT_EQ(maps["tokens"].size(), tokens);
  ASSERT_EQ(maps["attention"].size(), 3u);
  std::vector<double> mean(tokens, 0.);
  for (const auto& layer : maps["attention"]) {
    ASSERT_EQ(layer.size(), 4u);
    for (const auto& head : layer) {
      ASSERT_EQ(head.size(), tokens);
      for (const auto& from : head) {
        ASSERT_EQ(from.size(), tokens);
        double sum = 0;
        for (const double weight : from) sum += weight;
        EXPECT_NEAR(sum, 1, 1e-5);
      }
    }
  }
  for (const auto& head : maps["attention"][2])
    for (std::size_t to = 0; to < tokens; ++to) mean[to] += head[0][to].get<double>() / 4;
  ASSERT_TRUE(row["explanations"].contains("attention_last"));
  for (std::size_t to = 0; to < tokens; ++to)
    EXPECT_NEAR(mean[to], row["explanations"]["attention_last"][to].get<double>(), 1e-5);
}

TEST(AttentionCommand, WritesHeadViewAndModelView) {
  Folder folder;
  for (const std::vector<std::string>& input :
       {std::vector<std::string>{"-m", golden("bert-cls"), "--text", "a <b>bold</b> film"},
        {"-m", golden("bert-qa"), "--question", "Who?", "--context", "Anna came."},
        {"-m", golden("bert-token"), "--text", "Anna came."},
        {"-m", masked_lm("bert-mlm"), "--text", "a good film"}}) {
    std::vector<std::string> arguments = {"attention", "-o", folder / "a.html"};
    arguments.insert(arguments.end(), input.begin(), input.end());
    const Result result = run(arguments);
    ASSERT_EQ(result.code, 0) << result.err;
    const std::string page = read(folder / "a.html");
    EXPECT_THAT(page, AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("not a proven explanation")));
    EXPECT_EQ(page.find("<b>bold"), std::string::npos);
  }
}

TEST(AttentionCommand, RejectsInvalidOptions) {
  Folder folder;
  const Result terminal = run_on_terminal({"attention", "-m", golden("bert-cls"), "--text", "a"}, 80);
  EXPECT_EQ(terminal.code, 1);
  EXPECT_THAT(terminal.out, HasSubstr("-o attention.html"));
  const Result file = run({"attention", "-m", golden("bert-cls"), "--input", folder.write("a.txt", "a\n")});
  EXPECT_EQ(file.code, 1);
  EXPECT_THAT(file.err, AllOf(HasSubstr("--input"), HasSubstr("one text")));
  const Result format = run({"attention", "-m", golden("bert-cls"), "--text", "a", "--format", "csv"});
  EXPECT_EQ(format.code, 1);
  EXPECT_THAT(format.err, HasSubstr("json, html"));
  EXPECT_EQ(run({"attention", "-m", golden("bert-cls"), "--text", ""}).code, 1);
}

TEST(HeatmapCommand, MatchesPyTorch) {
  for (const std::string model : {"bert-mlm", "distilbert-mlm"}) {
    const Json row = Json::parse(read(masked_lm(model) + "/cases.json"))["cases"][0];
    const Result result = run({"heatmap", "-m", masked_lm(model), "--text", row["text"]});
    ASSERT_EQ(result.code, 0) << result.err;
    const Json found = json_lines(result.out)[0];
    ASSERT_EQ(found["heatmap"].size(), row["ids"].size());
    for (std::size_t i = 0; i < found["heatmap"].size(); ++i)
      for (std::size_t j = 0; j < found["heatmap"].size(); ++j)
        EXPECT_NEAR(found["heatmap"][i][j].get<double>(), row["heatmap"][i][j].get<double>(), 1e-4);
  }
}

TEST(HeatmapCommand, WritesPageAndCanBeShownLater) {
  Folder folder;
  const std::vector<std::string> input = {"heatmap", "-m", masked_lm("bert-mlm"), "--text", "a <b>good</b> film"};
  auto to = [&](const std::string& name) {
    std::vector<std::string> arguments = input;
    arguments.insert(arguments.end(), {"-o", folder / name});
    EXPECT_EQ(run(arguments).code, 0);
    return folder / name;
  };
  const std::string page = read(to("a.html"));
  EXPECT_THAT(page, AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("Textual heatmap")));
  EXPECT_EQ(page.find("<b>good"), std::string::npos);
  const std::string json = to("a.json");
  EXPECT_EQ(run({"show", json, "--format", "json"}).out, read(json));
  EXPECT_THAT(run({"show", json, "--format", "html"}).out, HasSubstr("Textual heatmap"));
  EXPECT_THAT(run({"show", json}).out, HasSubstr("good"));
  Json broken = Json::parse(read(json));
  broken["heatmap"][0].erase(0);
  const Result result = run({"show", folder.write("b.json", broken.dump())});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("heatmap"));
}

TEST(HeatmapCommand, AcceptsRowsAndAnyThreadCount) {
  Folder folder;
  const std::string file = folder.write("a.txt", "a good film\nfilm\n");
  std::string first;
  for (const std::string threads : {"1", "2", "3"}) {
    const Result result = run({"heatmap", "-m", masked_lm("bert-mlm"), "--input", file, "--threads", threads});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(json_lines(result.out).size(), 2u);
    if (first.empty()) first = without_seconds(result.out);
    EXPECT_EQ(without_seconds(result.out), first);
  }
}

TEST(HeatmapCommand, RequiresMaskedLanguageModel) {
  for (const std::vector<std::string>& input :
       {std::vector<std::string>{"-m", "minilm-l6-sentiment", "--text", "a film"},
        {"-m", "minilm-l6-qa", "--text", "a film"},
        {"-m", "minilm-l6-ner", "--text", "a film"}}) {
    std::vector<std::string> arguments = {"heatmap"};
    arguments.insert(arguments.end(), input.begin(), input.end());
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, AllOf(HasSubstr(input[1]), HasSubstr("the model's task"), HasSubstr("masked-lm"),
                                  HasSubstr("limn explain")));
  }
}

TEST(ExplainCommand, PointsToHeatmapForMaskedLanguageModels) {
  const Result result = run({"explain", "-m", masked_lm("bert-mlm"), "--text", "a film"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("masked-lm"), HasSubstr("textual heatmap")));
}

}  // namespace
}  // namespace limn::cli_test
