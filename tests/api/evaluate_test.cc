// limn/evaluate.h as a program uses it.
#include "limn/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "limn/write.h"

namespace limn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;

Model load(const std::string& name) { return Model::load(LIMN_SOURCE_DIR "/tests/golden/" + name); }

class Evaluate : public testing::Test {
 protected:
  Evaluate() { fs::create_directory(folder_); }
  ~Evaluate() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

 private:
  fs::path folder_ = fs::temp_directory_path() / ("limn-evaluate-" + std::to_string(::getpid()));
};

/// Rows whose first label is what the model says, and whose second is another one.
TEST_F(Evaluate, AccuracyCountsTheLabelsThatTheModelSays) {
  const Model model = load("bert-cls");
  const std::string said = std::get<LabelPrediction>(model.predict(Input{.text = "a good film", .pair = {}})).label;
  const auto& labels = model.info().labels;
  const std::string unsaid = labels[0] == said ? labels[1] : labels[0];
  const auto data = write("rows.tsv", "text\tlabel\na good film\t" + said + "\na good film\t" + unsaid +
                                          "\na good film\t" + said + "\na good film\t" + said + "\n");
  std::size_t done = 0, total = 0;
  const Watch watch = {.progress = [&](std::size_t rows, std::size_t all) { done = rows, total = all; }};
  const ClassificationScores scores = evaluate_classification(model, data, {}, watch);
  EXPECT_EQ(scores.rows, 4u);
  EXPECT_DOUBLE_EQ(scores.accuracy, 75);
  EXPECT_DOUBLE_EQ(scores.labels.at(said).precision, 75);
  EXPECT_DOUBLE_EQ(scores.labels.at(said).recall, 100);
  EXPECT_DOUBLE_EQ(scores.labels.at(unsaid).recall, 0);
  EXPECT_GT(scores.seconds, 0);
  EXPECT_EQ(done, 4u);
  EXPECT_EQ(total, 4u);
  EXPECT_DOUBLE_EQ(evaluate_classification(model, data, {.limit = 1}).accuracy, 100);
  EXPECT_THAT(to_terminal(scores), HasSubstr("accuracy  75.00"));
}

TEST_F(Evaluate, SquadTakesTheModelsOwnAnswerAsExact) {
  const Model model = load("bert-qa");
  const Input input = {.text = "Who came to Rome?", .pair = "Anna came to Rome in May and met Ben there."};
  const auto answer = std::get<AnswerPrediction>(model.predict(input, {.null_allowed = false}));
  const Json question = {
      {"id", "a"}, {"question", input.text}, {"answers", {{{"text", answer.best.text}, {"answer_start", 0}}}}};
  const Json file = {{"version", "1.1"},
                     {"data", {{{"title", "t"}, {"paragraphs", {{{"context", *input.pair}, {"qas", {question}}}}}}}}};
  const SquadScores scores = evaluate_squad(model, write("squad.json", file.dump()));
  EXPECT_EQ(scores.all.questions, 1u);
  EXPECT_EQ(scores.all.exact, 100);
  EXPECT_EQ(scores.all.f1, 100);
  EXPECT_EQ(scores.no_answer.questions, 0u);
}

TEST_F(Evaluate, TokensFindTheEntitiesThatTheModelTags) {
  const Model model = load("bert-token");
  const std::vector<std::string> words = {"Anna", "met", "Ben", "in", "Rome", "."};
  const auto labels = model.predict_words({words}).front().value();
  std::vector<std::string> tags(words.size(), "O");
  for (const auto& label : labels) tags[label.token] = label.label;
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) text += words[i] + " " + tags[i] + "\n";
  const EntityScores scores = evaluate_tokens(model, write("data.txt", text));
  EXPECT_EQ(scores.sentences, 1u);
  EXPECT_EQ(scores.all.f1, scores.all.support > 0 ? 100 : 0);
}

TEST_F(Evaluate, ErrorsNameTheModelsTaskAndTheRow) {
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const Model model = load("bert-cls");
  EXPECT_THAT(message([&] { evaluate_squad(model, "x.json"); }), HasSubstr("question-answering for this evaluation"));
  const auto data = write("rows.tsv", "text\tlabel\na\t0\n\t1\n");
  EXPECT_THAT(message([&] { evaluate_classification(model, data); }),
              testing::AnyOf(HasSubstr("row 2"), HasSubstr("line 3")));
}

TEST_F(Evaluate, ACancelledEvaluationThrows) {
  const Model model = load("bert-cls");
  const auto data = write("rows.tsv", "text\tlabel\na\t0\nb\t1\n");
  EXPECT_THROW(evaluate_classification(model, data, {}, {.cancelled = [] { return true; }}), Cancelled);
}

TEST(Comparison, HasTheExplanationsOfEachModelAndMethodInEveryFormat) {
  const Comparison compare({{"first", load("bert-cls")}, {"second", load("distilbert-cls")}},
                           {{"gradient", Gradient{}}, {"product", GradientXInput{}}});
  const std::vector<Input> inputs = {{.text = "A gorgeous, witty film.", .pair = {}}, {.text = "", .pair = {}}};
  const ComparisonTable table = compare.table(inputs);
  ASSERT_EQ(table.inputs.size(), 2u);
  ASSERT_EQ(table.inputs[0].cells.size(), 4u);
  const Explanation alone = compare.models()[1].model.explain(inputs[0], GradientXInput{});
  const Explanation& cell = table.inputs[0].cells[table.axes.cell(1, 1)];
  ASSERT_EQ(cell.words.size(), alone.words.size());
  ASSERT_FALSE(alone.words.empty());
  for (std::size_t i = 0; i < alone.words.size(); ++i) EXPECT_EQ(cell.words[i].score, alone.words[i].score);
  EXPECT_EQ(table.inputs[0].correlations.size(), 6u);
  EXPECT_NE(table.inputs[1].error, "");

  EXPECT_THAT(to_text(table, Format::json), HasSubstr("\"distilbert-cls\""));
  EXPECT_THAT(to_text(table, Format::html), HasSubstr("<html"));
  EXPECT_THAT(to_text(table, Format::csv), HasSubstr("row,model,method"));
  EXPECT_THAT(to_text(table, Format::terminal), HasSubstr("gorgeous"));
  try {
    to_text(table, Format::latex);
    FAIL() << "a comparison has no LaTeX";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("json, html, svg, pdf, csv, tsv or terminal"));
  }
}

TEST(Comparison, RefusesModelsOfDifferentTasks) {
  EXPECT_THROW(Comparison({{"a", load("bert-cls")}, {"b", load("bert-qa")}}, {{"gradient", Gradient{}}}), Error);
  EXPECT_THROW(Comparison({}, {{"gradient", Gradient{}}}), Error);
}

}  // namespace
}  // namespace limn
