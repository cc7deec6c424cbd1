// limn compare: single inputs, files of inputs, correct answers, and errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> compare(const std::vector<std::string>& models, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"compare"};
  for (const auto& model : models) arguments.insert(arguments.end(), {"-m", model});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

const std::vector<std::string> two_models = {golden("bert-cls"), golden("distilbert-cls")};

std::vector<std::string> names(const Json& explanations) {
  std::vector<std::string> result;
  for (const auto& explanation : explanations)
    result.push_back(explanation["model"].get<std::string>() + " " + explanation["method"]["name"].get<std::string>());
  return result;
}

TEST(Compare, SeveralModelsAndMethodsOnOneText) {
  const Result result =
      run(compare(two_models, {"--method", "gradient,gradient-x-input", "--text", "a good film with a bad end"}));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = json_lines(result.out);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0]["limn"], 1);
  EXPECT_EQ(rows[0]["input"]["text"], "a good film with a bad end");
  EXPECT_THAT(names(rows[0]["explanations"]),
              ElementsAre("bert-cls gradient", "bert-cls gradient-x-input", "distilbert-cls gradient",
                          "distilbert-cls gradient-x-input"));
  EXPECT_GT(rows[0]["models"][0]["parameters"], 0);
  EXPECT_GT(rows[0]["models"][0]["bytes"], 0);
  EXPECT_FALSE(rows[0]["models"][0].contains("right"));
  ASSERT_EQ(rows[0]["correlations"].size(), 6u);  // pairs of four cells
  for (const auto& pair : rows[0]["correlations"]) {
    EXPECT_LT(pair["a"], pair["b"]);
    EXPECT_EQ(pair["words"], 7);
    for (const char* name : {"kendall", "spearman"}) EXPECT_LE(std::abs(pair[name].get<double>()), 1);
  }
}

TEST(Compare, ExplanationsMatchExplain) {
  const std::string text = "what a film";
  const Result compared = run(compare(two_models, {"--text", text}));
  ASSERT_EQ(compared.code, 0) << compared.err;
  for (std::size_t i = 0; i < two_models.size(); ++i) {
    const Result explained = run({"explain", "-m", two_models[i], "--text", text});
    ASSERT_EQ(explained.code, 0) << explained.err;
    EXPECT_EQ(without_seconds(json_lines(compared.out)[0]["explanations"][i].dump()), without_seconds(explained.out));
  }
}

TEST(Compare, ConstantExplanationHasNoCorrelation) {
  const Result result = run(compare(two_models, {"--text", "film"}));  // one word
  ASSERT_EQ(result.code, 0) << result.err;
  const auto pair = json_lines(result.out)[0]["correlations"][0];
  EXPECT_EQ(pair["words"], 1);
  EXPECT_EQ(pair["kendall"], nullptr);
  EXPECT_EQ(pair["spearman"], nullptr);
}

TEST(Compare, RowsKeepExpectedLabelsAndFields) {
  Folder folder;
  const Result predicted = run({"predict", "-m", two_models[0], "--text", "a good film"});
  const std::string said = json_lines(predicted.out)[0]["prediction"]["label"];
  const int index = json_lines(predicted.out)[0]["prediction"]["index"];
  const std::string file =
      folder.write("a.jsonl", "{\"text\": \"a good film\", \"label\": \"" + said +
                                  "\", \"id\": 7}\n{\"text\": \"a good film\", \"label\": " + std::to_string(index) +
                                  "}\n{\"text\": \"a good film\", \"label\": \"another\"}\n{\"text\": \"a\"}\n");
  const Result result = run(compare(two_models, {"--input", file}));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = json_lines(result.out);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_THAT(result.out, StartsWith("{\"row\":0,"));
  EXPECT_EQ(rows[0]["id"], 7);
  EXPECT_EQ(rows[0]["models"][0]["right"], true);
  EXPECT_EQ(rows[1]["models"][0]["right"], true);
  EXPECT_EQ(rows[2]["models"][0]["right"], false);
  EXPECT_EQ(rows[2]["models"][1]["right"], false);
  EXPECT_FALSE(rows[3]["models"][0].contains("right"));
}

TEST(Compare, AnswersAreNormalizedAsInSquad) {
  Folder folder;
  const std::string context = "Anna met Ben in Rome.";
  const Result predicted =
      run({"predict", "-m", golden("bert-qa"), "--always-answer", "--question", "Who came?", "--context", context});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const std::string answer = json_lines(predicted.out)[0]["prediction"]["answer"];
  Json row = {{"question", "Who came?"}, {"context", context}, {"answers", {"nobody", "The " + answer + "!"}}};
  std::string rows = row.dump() + "\n";
  row.erase("answers");
  row["answers"] = {{"text", {answer}}, {"answer_start", {0}}};  // as in SQuAD
  rows += row.dump() + "\n";
  row.erase("answers");
  row["answer"] = "";
  rows += row.dump() + "\n";
  const Result result = run(compare({golden("bert-qa"), golden("distilbert-qa")},
                                    {"--always-answer", "--input", folder.write("a.jsonl", rows)}));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto compared = json_lines(result.out);
  EXPECT_EQ(compared[0]["models"][0]["right"], true);
  EXPECT_EQ(compared[1]["models"][0]["right"], true);
  EXPECT_EQ(compared[2]["models"][0]["right"], false);
}

TEST(Compare, InvalidRowBecomesErrorRow) {
  Folder folder;
  const std::string file =
      folder.write("a.jsonl", "{\"text\": \"one\"}\n{\"id\": 5, \"words\": 1}\n{\"text\": \"two words\"}\n");
  const Result json = run(compare(two_models, {"--input", file}));
  EXPECT_EQ(json.code, 3);
  EXPECT_THAT(json.err, HasSubstr("1 of 3 rows failed"));
  const auto rows = json_lines(json.out);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_TRUE(rows[1].contains("error"));
  EXPECT_EQ(rows[1]["id"], 5);
  EXPECT_FALSE(rows[0].contains("error"));

  const Result terminal = run(compare(two_models, {"--input", file, "--format", "terminal"}));
  EXPECT_EQ(terminal.code, 3);
  EXPECT_THAT(terminal.out, AllOf(HasSubstr("Error: "), HasSubstr("Means over 2 inputs")));

  const Result page = run(compare(two_models, {"--input", file, "-o", folder / "a.html"}));
  EXPECT_EQ(page.code, 3);
  EXPECT_EQ(page.out, "");
  EXPECT_THAT(read(folder / "a.html"), AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("Row 1. Error: ")));
}

TEST(Compare, APageHasAllInputs) {
  const Folder folder;
  std::string rows;
  for (int i = 0; i < 110; ++i) rows += "{\"text\": \"film number " + std::to_string(i) + "\"}\n";
  const Result page = run({"compare", "-m", golden("bert-cls"), "--method", "gradient,gradient-x-input", "--input",
                           folder.write("rows.jsonl", rows), "-o", folder / "a.html"});
  EXPECT_EQ(page.code, 0) << page.err;
  EXPECT_THAT(page.err, testing::Not(HasSubstr("the first")));
  const std::string html = read(folder / "a.html");
  EXPECT_THAT(html, HasSubstr("10 inputs more with JavaScript."));  // 200 explanations are written out
  const std::size_t begin = html.find(">", html.find("id=\"limn-data\"")) + 1;
  const Json data = Json::parse(html.substr(begin, html.find("</script>", begin) - begin));
  ASSERT_EQ(data["comparisons"].size(), 110U);
  EXPECT_EQ(data["comparisons"][109]["input"]["text"], "film number 109");
}

TEST(Compare, TerminalShowsOneTable) {
  const Result result = run_on_terminal(compare(two_models, {"--text", "a good film"}), 100);
  ASSERT_EQ(result.code, 0) << result.out;
  for (const char* part : {"bert-cls", "distilbert-cls", "gradient", "Spearman ρ", "one scale for all models"})
    EXPECT_THAT(result.out, HasSubstr(part));
}

TEST(Compare, DistinguishesModelsWithTheSameName) {
  Folder folder;
  fs::copy(golden("bert-cls"), folder / "bert-cls", fs::copy_options::recursive);
  const Result result = run(compare({golden("bert-cls"), folder / "bert-cls"}, {"--text", "a good film"}));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto row = json_lines(result.out)[0];
  EXPECT_EQ(row["models"][0]["model"], golden("bert-cls"));
  EXPECT_EQ(row["models"][1]["model"], folder / "bert-cls");
  EXPECT_EQ(row["correlations"][0]["kendall"], 1);  // they are the same model
}

TEST(Compare, CsvHasOneLinePerCell) {
  Folder folder;
  const std::string file = folder.write(
      "a.jsonl", "{\"text\": \"a film\", \"label\": \"another\"}\n{\"text\": \"\"}\n{\"text\": \"bad\"}\n");
  const Result result =
      run(compare(two_models, {"--method", "gradient,rollout", "--input", file, "-o", folder / "a.csv"}));
  EXPECT_EQ(result.code, 3) << result.err;
  const auto rows = lines(read(folder / "a.csv"));
  ASSERT_EQ(rows.size(), 1u + 4 + 1 + 4);
  // The data's own label does not hide the model's.
  EXPECT_EQ(rows[0], "row,input_label,model,method,label,probability,target,right,value,passes,seconds,words,error\r");
  EXPECT_THAT(rows[1], AllOf(StartsWith("0,another,bert-cls,gradient,LABEL_"), HasSubstr(",false,")));
  EXPECT_THAT(rows[4],
              AllOf(StartsWith("0,another,distilbert-cls,rollout,LABEL_"), HasSubstr("[{\"\"word\"\":\"\"a\"\",")));
  EXPECT_THAT(rows[5], AllOf(StartsWith("1,,,,"), HasSubstr("text")));
  EXPECT_THAT(rows[6], AllOf(StartsWith("2,,bert-cls,gradient,"), Not(HasSubstr(",false,"))));
  const Result long_form = run(compare({golden("bert-cls")}, {"--input", file, "--format", "tsv", "--table", "long"}));
  const auto words = lines(long_form.out);
  ASSERT_EQ(words.size(), 1u + 2 + 1 + 1) << long_form.out;
  EXPECT_THAT(words[0], AllOf(StartsWith("row\tinput_label\tmodel\t"), HasSubstr("\tword\tbegin\tend\tscore\terror")));
  EXPECT_THAT(words[2], AllOf(StartsWith("0\tanother\tbert-cls\tgradient\t"), HasSubstr("\tfilm\t2\t6\t")));
}

TEST(Compare, OptionsApplyToTheirMethodsAndPresetsAreMethods) {
  const Result result =
      run(compare({golden("bert-cls")}, {"--method", "gradient,integrated-gradients,smoothgrad,seed-classification",
                                         "--steps", "7", "--samples", "3", "--text", "a good film"}));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto row = json_lines(result.out)[0];
  ASSERT_EQ(row["explanations"].size(), 4u);
  EXPECT_EQ(row["explanations"][1]["method"]["steps"], 7);
  EXPECT_EQ(row["explanations"][2]["method"]["samples"], 3);
  EXPECT_EQ(row["explanations"][3]["method"]["preset"], "seed-classification");
  EXPECT_EQ(row["correlations"].size(), 6u);
  // The correlation compares ranks: gradient and the preset with the same scores agree perfectly.
  EXPECT_EQ(row["correlations"][2]["b"], 3);
  EXPECT_EQ(row["correlations"][2]["kendall"], 1);
}

TEST(Compare, NineQuestions) {
  const Result result =
      run(compare({"minilm-l6-qa", "minilm-l6-squad1"}, {"--input", LIMN_SOURCE_DIR "/tools/demo/questions.jsonl"}));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = json_lines(result.out);
  ASSERT_EQ(rows.size(), 9u);
  for (const auto& row : rows) {
    for (const auto& model : row["models"]) EXPECT_TRUE(model["right"].is_boolean());
    for (const auto& explanation : row["explanations"]) {
      EXPECT_TRUE(explanation["prediction"].contains("answer"));
      EXPECT_GT(explanation["seconds"], 0);
      EXPECT_EQ(explanation["passes"], 1);
    }
    ASSERT_EQ(row["correlations"].size(), 1u);
    EXPECT_TRUE(row["correlations"][0]["kendall"].is_number());
  }
  // Who ruled Macedonia? The answer in the README's picture.
  EXPECT_EQ(rows[6]["explanations"][0]["prediction"]["answer"], "the Argead dynasty");
  EXPECT_EQ(rows[6]["models"][0]["right"], true);
}

// ---- mistakes -----------------------------------------------------------------------------------------------

void expect_mistake(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
  const Result result = run(arguments);
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(lines(result.err).size(), 1u) << result.err;
  for (const auto& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
}

TEST(Compare, RejectsDuplicateModels) {
  expect_mistake(compare({golden("bert-cls"), golden("bert-cls")}, {"--text", "a"}),
                 {"--model", "twice", "distinct models"});
  expect_mistake(compare({golden("bert-cls"), golden("bert-qa/../bert-cls")}, {"--text", "a"}),
                 {"--model", "the same folder", "distinct models"});
}

TEST(Compare, RejectsModelsOfDifferentTasks) {
  expect_mistake(compare({golden("bert-cls"), golden("bert-qa")}, {"--text", "a"}),
                 {"bert-cls: sequence-classification, bert-qa: question-answering", "models of one task"});
}

TEST(Compare, RejectsInvalidMethodLists) {
  expect_mistake(compare(two_models, {"--text", "a", "--method", "gradient,magic"}),
                 {"--method", "'magic'", "gradient-x-input"});
  expect_mistake(compare(two_models, {"--text", "a", "--method", ""}), {"--method", "''", "gradient-x-input"});
  expect_mistake(compare(two_models, {"--text", "a", "--method", "gradient,"}), {"--method", "''"});
  expect_mistake(compare(two_models, {"--text", "a", "--method", "gradient,gradient"}),
                 {"'gradient' twice", "each method once"});
  expect_mistake(compare(two_models, {"--text", "a", "--method", "gradient,rollout", "--steps", "7"}),
                 {"--steps", "gradient,rollout", "at least one method that has this option"});
  expect_mistake(compare(two_models, {"--text", "a", "--method", "gradient,lime", "--samples", "0"}),
                 {"--samples", "at least 1"});
}

TEST(Compare, RejectsUnsupportedFormats) {
  expect_mistake(compare(two_models, {"--text", "a", "--format", "latex"}),
                 {"--format", "'latex'", "terminal, json, html, svg, pdf, csv, tsv"});
}

TEST(Compare, ErrorsNameTheModel) {
  expect_mistake(compare(two_models, {"--text", "a", "--target", "no such label"}), {"bert-cls", "no such label"});
}

TEST(Compare, RequiresModel) {
  const Result result = run({"compare", "--text", "a"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("--model"));
}

}  // namespace
}  // namespace limn::cli_test
