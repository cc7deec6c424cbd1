// Comparisons of explanations from fixtures: means, excerpts, terminal, HTML and JSON.
#include "render/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "fixtures.h"
#include "markup.h"
#include "render/comparison_json.h"
#include "render/comparison_terminal.h"
#include "render/html.h"

namespace limn {
namespace {

using testing::HasSubstr;
using testing::Not;

ComparisonAxes two_models() {
  return {.models = {{"model-a", 22'713'216, 45'400'000}, {"model-b", 812, 999}}, .methods = {"gradient"}};
}

/// Two models on one question: one answers, the other does not.
ComparedInput question() {
  ComparedInput input;
  input.cells = {fixtures::macedonia(), fixtures::no_answer()};
  input.cells[1].text = input.cells[0].text;
  input.cells[0].seconds = 0.04, input.cells[1].seconds = 0.02;
  input.cells[1].passes = 2;
  input.expected = "Achaemenid Persia";
  input.right = {true, false};
  input.correlations = {{0, 1, 70, false, 0.5, -0.25}};
  return input;
}

TEST(Comparison, CellNamesShowOnlyDifferences) {
  ComparisonAxes axes = two_models();
  EXPECT_EQ(axes.cell_name(1), "model-b");
  axes.methods.push_back("lime");
  EXPECT_EQ(axes.cell_name(axes.cell(1, 0)), "model-b · gradient");
  EXPECT_EQ(axes.cell_name(axes.cell(0, 1)), "model-a · lime");
  axes.models.pop_back();
  EXPECT_EQ(axes.cell_name(1), "lime");
}

TEST(Comparison, RowsThatFillTheTerminalStayOnOneLine) {
  std::size_t expected = 0;
  for (std::size_t width = 60; width <= 140; ++width) {
    TerminalStyle style;
    style.width = width;
    const std::string text = to_terminal(two_models(), question(), style, true);
    std::size_t empty = 0;
    for (std::size_t at = text.find("\n\n"); at != std::string::npos; at = text.find("\n\n", at + 1)) ++empty;
    if (expected == 0) expected = empty;
    EXPECT_EQ(empty, expected) << width << " columns\n" << text;
  }
}

TEST(Comparison, MeansOverInputs) {
  const ComparisonAxes axes = two_models();
  ComparisonMeans means(axes);
  ComparedInput second = question();
  second.right = {std::nullopt, true};
  second.cells[0].seconds = 0.02;
  second.correlations = {{0, 1, 30, false, 0.25, std::nullopt}};
  ComparedInput failed;
  failed.error = "too long";
  for (const auto& input : {failed, question(), second}) means.add(input);
  EXPECT_EQ(means.inputs(), 2u);
  EXPECT_DOUBLE_EQ(means.seconds(0), 0.03);
  EXPECT_DOUBLE_EQ(means.seconds(1), 0.02);
  EXPECT_DOUBLE_EQ(means.passes(1), 2);
  EXPECT_EQ(means.model(0).answered, 2u);
  EXPECT_EQ(means.model(1).answered, 0u);
  EXPECT_EQ(success_text(means, 0), "1 of 1 right");
  EXPECT_EQ(success_text(means, 1), "1 of 2 right");
  const auto correlations = means.correlations();
  ASSERT_EQ(correlations.size(), 1u);
  EXPECT_EQ(correlations[0].words, 100u);
  EXPECT_DOUBLE_EQ(correlations[0].kendall.value(), 0.375);
  EXPECT_DOUBLE_EQ(correlations[0].spearman.value(), -0.25);  // the mean over the one input in which it is defined
}

TEST(Comparison, CountsAnsweredQuestionsWithoutReferences) {
  const ComparisonAxes axes = two_models();
  ComparisonMeans means(axes);
  ComparedInput input = question();
  input.right.clear();
  means.add(input);
  EXPECT_EQ(success_text(means, 0), "1 of 1 answered");
  EXPECT_EQ(success_text(means, 1), "0 of 1 answered");
}

TEST(Comparison, Numbers) {
  EXPECT_EQ(short_number(22'713'216), "22.7 M");
  EXPECT_EQ(short_number(812), "812");
  EXPECT_EQ(short_number(109'482'240), "109 M");
  EXPECT_EQ(bytes_text(45'400'000), "45.4 MB");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(438'000'000'000), "438 GB");
  EXPECT_EQ(correlation_text(0.456), "0.46");
  EXPECT_EQ(correlation_text(-1.0), "−1.00");
  EXPECT_EQ(correlation_text(-0.001), "0.00");
  EXPECT_EQ(correlation_text(std::nullopt), "–");
  EXPECT_EQ(passes_text(1), "1 pass");
  EXPECT_EQ(passes_text(2.25), "2.3 passes");
}

TEST(Comparison, ScaleIsSharedByTheModelsOfOneMethod) {
  ComparisonAxes axes = two_models();
  axes.methods = {"one", "two"};
  ComparedInput input;
  for (const double score : {1.0, 8.0, -3.0, 0.5}) input.cells.emplace_back().words = {{0, 1, score, 0}};
  EXPECT_DOUBLE_EQ(shared_scale(axes, input, 0), 3);
  EXPECT_DOUBLE_EQ(shared_scale(axes, input, 1), 8);
}

TEST(Comparison, ExcerptContainsTheAnswer) {
  const Explanation explanation = fixtures::macedonia();
  const auto texts = text_runs(explanation);
  const auto [sequence, first, last] = excerpt(explanation, texts);
  ASSERT_EQ(sequence, 1u);  // the context
  ASSERT_LT(first, last);
  const auto& runs = texts[1].runs;
  EXPECT_TRUE(runs[first].word);  // it begins with a word
  const std::size_t answer = explanation.pair->find("Achaemenid");
  EXPECT_LE(runs[first].begin, answer);
  EXPECT_GT(runs[first].begin + 80, answer);
  EXPECT_GE(runs[last - 1].end, answer + 17);
}

TEST(Comparison, ExcerptOfAShortTextIsTheWholeText) {
  const Explanation explanation = fixtures::sentiment();
  const auto texts = text_runs(explanation);
  const auto [sequence, first, last] = excerpt(explanation, texts);
  EXPECT_EQ(sequence, 0u);
  EXPECT_EQ(first, 0u);
  EXPECT_EQ(last, texts[0].runs.size());
  EXPECT_EQ(one_line("a\n\tb"), "a  b");
}

// ---- terminal -----------------------------------------------------------------------------------------------

TEST(ComparisonTerminal, TableWithTexts) {
  const std::string text = to_terminal(two_models(), question(), {.width = 100}, true);
  EXPECT_THAT(text, HasSubstr("To which empire was Macedonia subordinate"));
  EXPECT_THAT(text, HasSubstr("Expected: Achaemenid Persia"));
  for (const char* part : {"model-a", "model-b", "gradient", "Achaemenid Persia", "no answer", "83%", "40 ms", "20 ms"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, HasSubstr("Kendall τ-b"));
  EXPECT_THAT(text, HasSubstr("0.50"));
  EXPECT_THAT(text, HasSubstr("−0.25"));
  EXPECT_THAT(text, HasSubstr("[Achaemenid"));  // the answer is marked even without colours
}

TEST(ComparisonTerminal, BriefTextsHaveAtMostTwoLines) {
  ComparedInput input = question();
  input.correlations.clear();
  const std::string text = to_terminal(two_models(), input, {.width = 60}, true);
  std::size_t indented = 0;
  for (std::size_t at = text.find("\n    "); at != std::string::npos; at = text.find("\n    ", at + 1)) ++indented;
  EXPECT_EQ(indented, 4u);
  EXPECT_THAT(to_terminal(two_models(), input, {.width = 60}, false), HasSubstr("ancient"));  // all of the context
}

TEST(ComparisonTerminal, MeansOfAFile) {
  const ComparisonAxes axes = two_models();
  ComparisonMeans means(axes);
  means.add(question());
  EXPECT_THAT(to_terminal(axes, means, {}), HasSubstr("one scale for all models"));
  EXPECT_THAT(to_terminal(axes, means, {}), Not(HasSubstr("Means")));
  means.add(question());
  const std::string text = to_terminal(axes, means, {.width = 100});
  for (const char* part : {"Means over 2 inputs", "2 of 2 right", "0 of 2 right", "22.7 M", "45.4 MB", "40 ms"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(ComparisonTerminal, MakesControlCharactersVisible) {
  ComparedInput input;
  input.cells = {fixtures::hostile(), fixtures::hostile()};
  ComparedInput failed;
  failed.error = "\x1B[2Jbad";
  for (const bool brief : {false, true}) {
    const std::string text =
        to_terminal(two_models(), input, {.width = 20}, brief) + to_terminal(two_models(), failed, {}, brief);
    for (const char byte : text) ASSERT_TRUE(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n');
  }
}

// ---- HTML -----------------------------------------------------------------------------------------------------

TEST(ComparisonHtml, ContainsTheJsonOfEachInput) {
  ComparedInput hostile;
  hostile.cells = {fixtures::hostile(), Explanation{}};
  hostile.expected = "<b>";
  ComparedInput failed;
  failed.row = 3;
  failed.error = "<script>";
  const std::vector<ComparedInput> inputs = {question(), hostile, failed};
  const std::string html = to_html(two_models(), inputs);
  EXPECT_EQ(markup::fault(html, {"meta"}), "");
  EXPECT_EQ(markup::count(html, "<script"), 2u);
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, HasSubstr("Error: &lt;script&gt;"));
  const auto data =
      nlohmann::ordered_json::parse(markup::between(html, "id=\"limn-data\">", "</script>"))["comparisons"];
  ASSERT_EQ(data.size(), 3u);
  EXPECT_EQ(data[0], nlohmann::ordered_json::parse(to_json(two_models(), inputs[0])));
  EXPECT_EQ(data[0]["expected"], "Achaemenid Persia");
  EXPECT_EQ(data[2]["row"], 3);
  EXPECT_EQ(data[2]["error"]["message"], "<script>");
  EXPECT_EQ(markup::fault(to_html(two_models(), {}), {"meta"}), "");
}

TEST(ComparisonHtml, ShowsPredictionsWithoutJavaScript) {
  const ComparedInput input = question();
  const std::string html = to_html(two_models(), {&input, 1});
  EXPECT_THAT(html, HasSubstr("<h1>2 models, gradient</h1>"));
  EXPECT_THAT(html, HasSubstr("<p>model-a: Achaemenid Persia 83%</p>"));
  EXPECT_THAT(html, HasSubstr("<p>model-b: no answer"));
}

// ---- JSON -----------------------------------------------------------------------------------------------------

TEST(ComparisonJson, OneInput) {
  ComparedInput input = question();
  input.correlations.push_back({0, 1, 1, true, std::nullopt, std::nullopt});
  const auto value = nlohmann::ordered_json::parse(to_json(two_models(), input));
  EXPECT_EQ(value["limn"], 1);
  EXPECT_EQ(value["input"]["question"], input.cells[0].text);
  EXPECT_EQ(value["models"][0],
            nlohmann::ordered_json::parse(
                R"({"model": "model-a", "parameters": 22713216, "bytes": 45400000, "right": true})"));
  ASSERT_EQ(value["explanations"].size(), 2u);
  EXPECT_EQ(value["explanations"][0]["prediction"]["answer"], "Achaemenid Persia");
  EXPECT_EQ(value["correlations"][0],
            nlohmann::ordered_json::parse(R"({"a": 0, "b": 1, "words": 70, "kendall": 0.5, "spearman": -0.25})"));
  EXPECT_EQ(value["correlations"][1]["magnitudes"], true);
  EXPECT_EQ(value["correlations"][1]["kendall"], nullptr);
  EXPECT_EQ(value["correlations"][1]["spearman"], nullptr);
}

}  // namespace
}  // namespace limn
