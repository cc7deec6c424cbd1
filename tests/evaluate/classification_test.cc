#include "evaluate/classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "evaluate/data_file.h"
#include "limn/write.h"
#include "render/scores_tables.h"

namespace limn {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using Json = nlohmann::json;

const std::vector<std::string> labels = {"negative", "positive"};

std::vector<LabelledInput> read(const std::string& name, const std::string& text) {
  const DataFile file(name, text);
  return read_labelled(file.path(), labels);
}
std::string read_error(const std::string& name, const std::string& text) {
  return error_of([&] { read(name, text); });
}

TEST(ReadLabelled, ReadsEveryFormat) {
  const auto tsv = read("a.tsv", "\xEF\xBB\xBFsentence\tlabel\r\n\"good \"film \t1\r\nbad\tnegative");
  ASSERT_THAT(tsv, SizeIs(2));
  EXPECT_EQ(tsv[0].input.text, "\"good \"film ");
  EXPECT_EQ(tsv[0].input.pair, std::nullopt);
  EXPECT_EQ(tsv[0].label, 1u);
  EXPECT_EQ(tsv[1].label, 0u);

  const auto csv = read("a.csv", "label,pair,text\npositive,\"c, d\",\"a\nb\"\n");
  ASSERT_THAT(csv, SizeIs(1));
  EXPECT_EQ(csv[0].input.text, "a\nb");
  EXPECT_EQ(csv[0].input.pair, "c, d");

  const auto jsonl = read(
      "a.jsonl", "{\"text\": \"a\", \"label\": 1}\n\n{\"text\": \"b\", \"pair\": null, \"label\": \"negative\"}\n");
  ASSERT_THAT(jsonl, SizeIs(2));
  EXPECT_EQ(jsonl[0].label, 1u);
  EXPECT_EQ(jsonl[1].input.pair, std::nullopt);
  EXPECT_EQ(jsonl[1].label, 0u);
}

TEST(ReadLabelled, ReportsErrors) {
  EXPECT_EQ(read_error("a.tsv", "sentence\tlabel\ngood\t2\n"),
            "a.tsv: line 2, label: found \"2\", expected one of negative, positive, or an index from 0 to 1");
  EXPECT_THAT(read_error("a.tsv", "sentence\tlabel\ngood\n"), HasSubstr("line 2: found 1 cell"));
  EXPECT_THAT(read_error("a.tsv", "phrase\tnote\tlabel\ngood\tfine\t1\n"),
              HasSubstr("found the columns phrase, note, label, expected a column text"));
  EXPECT_THAT(read_error("a.tsv", "sentence\tclass\ngood\t1\n"), HasSubstr("line 2, label: found none"));
  EXPECT_THAT(read_error("a.tsv", "sentence\tlabel\n"), HasSubstr("found no row"));
  EXPECT_THAT(read_error("a.tsv", ""), HasSubstr("an empty file"));
  EXPECT_THAT(read_error("a.jsonl", "{\"text\": \"a\", \"label\": 1}\n{\"text\": "),
              HasSubstr("line 2: found invalid JSON"));
  EXPECT_THAT(read_error("a.parquet", "x"), HasSubstr(".jsonl, .csv, .tsv or .txt"));
  EXPECT_THAT(error_of([] { read_labelled("no/such.tsv", labels); }), HasSubstr("no/such.tsv: found No such file"));
}

TEST(ReadLabelled, RejectsModelsWithASingleOutput) {
  const DataFile file("a.tsv", "text\tlabel\na\t0\n");
  const std::vector<std::string> single = {"toxic"};
  EXPECT_THAT(error_of([&] { read_labelled(file.path(), single); }), HasSubstr("a single output"));
}

std::vector<LabelledInput> rows_of(const std::vector<std::size_t>& gold) {
  std::vector<LabelledInput> rows;
  for (const std::size_t label : gold) rows.push_back({.input = {std::to_string(label), std::nullopt}, .label = label});
  return rows;
}

TEST(ScoreLabels, ByHand) {
  const std::vector<std::string> three = {"a", "b", "c"};
  const std::vector<std::size_t> predicted = {0, 0, 1, 1};
  auto scores = score_labels(rows_of({0, 0, 0, 1}), predicted, three);
  EXPECT_EQ(scores.accuracy, 75);
  EXPECT_EQ(scores.labels.at("a").precision, 100);
  EXPECT_NEAR(scores.labels.at("a").recall, 200.0 / 3, 1e-9);
  EXPECT_NEAR(scores.labels.at("a").f1, 80, 1e-9);
  EXPECT_EQ(scores.labels.at("a").support, 3u);
  EXPECT_EQ(scores.labels.at("b").precision, 50);
  EXPECT_NEAR(scores.macro_f1, (80 + 200.0 / 3) / 2, 1e-9);
  EXPECT_THAT(scores.labels, SizeIs(2));  // nothing is or was said to be "c"
  scores.seconds = 2;
  EXPECT_EQ(Json::parse(to_json(scores))["labels"]["b"],
            Json::parse(R"({"precision": 50.0, "recall": 100.0, "f1": 66.66666666666667, "support": 1})"));
}

// Expectations: tools/make_evaluation_cases.py.
TEST(ScoreLabels, EqualScikitLearn) {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/evaluate/data/labels.json");
  const auto cases = Json::parse(file);
  ASSERT_FALSE(cases.empty());
  for (const auto& test : cases) {
    const std::vector<std::size_t> predicted = test["predicted"];
    const auto scores = score_labels(rows_of(test["gold"]), predicted, test["labels"].get<std::vector<std::string>>());
    EXPECT_EQ(scores.rows, predicted.size());
    EXPECT_NEAR(scores.accuracy, test["accuracy"].get<double>(), 1e-9);
    EXPECT_NEAR(scores.macro_f1, test["macro_f1"].get<double>(), 1e-9);
    ASSERT_EQ(scores.labels.size(), test["scores"].size());
    for (const auto& [label, expected] : test["scores"].items()) {
      EXPECT_NEAR(scores.labels.at(label).precision, expected["precision"].get<double>(), 1e-9);
      EXPECT_NEAR(scores.labels.at(label).recall, expected["recall"].get<double>(), 1e-9);
      EXPECT_NEAR(scores.labels.at(label).f1, expected["f1"].get<double>(), 1e-9);
      EXPECT_EQ(scores.labels.at(label).support, expected["support"]);
    }
  }
}

// confusion_matrix and precision_recall_fscore_support of scikit-learn 1.9.1 on these ten rows.
TEST(ScoreLabels, ConfusionEqualsScikitLearns) {
  const std::vector<std::string> names = {"a", "b", "c"};
  const std::vector<std::size_t> expected = {0, 0, 0, 1, 1, 2, 2, 2, 2, 0}, predicted = {0, 1, 0, 1, 2, 2, 2, 0, 2, 0};
  std::vector<LabelledInput> rows;
  for (const std::size_t label : expected) rows.push_back({.input = {.text = "x", .pair = {}}, .label = label});
  const ClassificationScores scores = score_labels(rows, predicted, names);
  EXPECT_EQ(
      Json::parse(to_json(scores))["confusion"],
      Json::parse(R"({"a": {"a": 3, "b": 1, "c": 0}, "b": {"a": 0, "b": 1, "c": 1}, "c": {"a": 1, "b": 0, "c": 3}})"));
  EXPECT_DOUBLE_EQ(scores.labels.at("a").precision, 75);
  EXPECT_DOUBLE_EQ(scores.labels.at("b").recall, 50);
  EXPECT_NEAR(scores.labels.at("c").f1, 75, 1e-9);
  EXPECT_EQ(scores.labels.at("c").support, 4u);
  EXPECT_NEAR(scores.macro_f1, 66.66666666666666, 1e-9);
  EXPECT_DOUBLE_EQ(scores.accuracy, 70);
  EXPECT_THAT(to_terminal(scores), HasSubstr("Confusion"));
  EXPECT_THAT(wrong_first(scores.evaluated), testing::ElementsAre(1, 4, 7, 0, 2, 3, 5, 6, 8, 9));
}

TEST(DifferingFirst, ByHand) {
  const auto row = [](bool is_right, double probability) {
    EvaluatedRow made{.is_right = is_right};
    made.prediction.probability = probability;
    return made;
  };
  // Row 0: both right; 1: both wrong; 2 and 3: one of them, of which the wrong prediction of row 3 is surer.
  const std::vector<ModelRows> models = {
      {.model = "a", .rows = {row(true, .9), row(false, .6), row(true, .99), row(false, .8)}},
      {.model = "b", .rows = {row(true, .95), row(false, .7), row(false, .5), row(true, .9)}}};
  const std::vector<RowOfModel> order = differing_first(models);
  ASSERT_THAT(order, SizeIs(4));
  const std::vector<std::pair<std::size_t, std::size_t>> expected = {{3, 0}, {2, 1}, {1, 1}, {0, 1}};
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(std::pair(order[i].row, order[i].model), expected[i]) << i;
  const ReportTable table = table_of_rows(models, order);
  EXPECT_THAT(table.note, HasSubstr("Of 4 rows, the models differ in being right about 2"));
  EXPECT_EQ(table.rows[0][2].text, "✗ - 80.0 %");
  EXPECT_EQ(table.rows[0][3].text, "- 90.0 %");
  EXPECT_TRUE(differing_first({}).empty());
}

}  // namespace
}  // namespace limn
