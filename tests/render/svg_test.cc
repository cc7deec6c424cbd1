#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fixtures.h"
#include "limn/error.h"
#include "limn/write.h"
#include "markup.h"

namespace limn {
namespace {

using testing::HasSubstr;

TEST(Svg, IsWellFormedForEveryText) {
  std::vector<Explanation> samples = fixtures::entities();
  samples.insert(samples.end(), {fixtures::macedonia(), fixtures::no_answer(), fixtures::sentiment(),
                                 fixtures::multi_label(), fixtures::hostile(), Explanation{}});
  for (const Explanation& explanation : samples) EXPECT_EQ(markup::fault(to_svg(explanation)), "");
}

TEST(Svg, OneBarPerWordInOrder) {
  const std::string svg = to_svg(fixtures::sentiment());
  EXPECT_EQ(markup::count(svg, "<rect "), 17u);  // words without two commas and the full stop
  EXPECT_LT(svg.find(">gorgeous<"), svg.find(">witty<"));
  EXPECT_LT(svg.find(">witty<"), svg.find(">dull<"));
  EXPECT_THAT(svg, HasSubstr(">positive 93%</text>"));
  EXPECT_THAT(svg, HasSubstr("<title>positive 93%</title>"));
}

TEST(Svg, SignedBarsExtendLeftAndRightOfZero) {
  const std::string svg = to_svg(fixtures::sentiment());
  const double zero = std::stod(markup::between(svg, "<line x1=\"", "\""));
  const auto bar_of = [&](const std::string& word) {
    const std::string rest = svg.substr(svg.find(">" + word + "<"));
    return std::pair(std::stod(markup::between(rest, "<rect x=\"", "\"")),
                     std::stod(markup::between(rest, "width=\"", "\"")));
  };
  const auto [with, with_width] = bar_of("gorgeous");
  const auto [against, against_width] = bar_of("dull");
  EXPECT_NEAR(with, zero, 0.01);
  EXPECT_NEAR(against + against_width, zero, 0.01);
  EXPECT_NEAR(against_width / with_width, 1.65 / 1.92, 0.001);
}

TEST(Svg, ShowsOnlyTheStrongestWordsOfALongText) {
  const std::string svg = to_svg(fixtures::macedonia());
  EXPECT_EQ(markup::count(svg, "<rect "), 30u);
  EXPECT_THAT(svg, HasSubstr("30 strongest of 80 words"));
  EXPECT_THAT(svg, HasSubstr(">Achaemenid<"));
}

TEST(Svg, ShortensLongWords) {
  Explanation explanation;
  explanation.text = std::string(1 << 20, 'x');
  explanation.words = {{0, 1 << 20, 1, 0}};
  EXPECT_LT(to_svg(explanation).size(), 4000u);
}

TEST(Svg, AComparisonShowsTheTextInEachCell) {
  ComparisonTable table;
  table.axes.models = {{.name = "m"}};
  table.axes.methods = {"integrated-gradients", "gradient"};
  ComparedInput& input = table.inputs.emplace_back();
  input.cells = {fixtures::sentiment(), fixtures::sentiment()};
  Explanation& magnitudes = input.cells[1];
  magnitudes.method = MethodInfo();
  magnitudes.method.name = "gradient";
  for (Word& word : magnitudes.words) word.score = std::abs(word.score);
  for (Token& token : magnitudes.tokens) token.score = std::abs(token.score);
  input.correlations = {{.a = 0, .b = 1, .words = 20, .magnitudes = true, .kendall = 0.5, .spearman = -0.25}};
  const std::string svg = to_svg(table);
  EXPECT_EQ(markup::fault(svg), "");
  EXPECT_EQ(markup::count(svg, ">gorgeous<"), 2U);
  EXPECT_EQ(markup::count(svg, "<rect "), 2U * 20 + 2 + 1);  // words, two colours with a sign, one without
  EXPECT_THAT(svg, HasSubstr(">integrated-gradients: positive 93% · 312 ms, 32 passes</text>"));
  EXPECT_THAT(svg, HasSubstr(">integrated-gradients and gradient: τ 0.50, ρ −0.25, 20 words, without signs</text>"));
  EXPECT_EQ(to_text(table, Format::svg), svg);
  table.inputs.emplace_back();
  EXPECT_THROW(to_svg(table), Error);
}

TEST(Svg, SaysWhatTheBarsMeasure) {
  EXPECT_THAT(to_svg(fixtures::sentiment()), HasSubstr(">attribution to positive, "));
}

TEST(SvgText, IsWellFormedForEveryText) {
  std::vector<Explanation> samples = fixtures::entities();
  samples.insert(samples.end(), {fixtures::macedonia(), fixtures::no_answer(), fixtures::sentiment(),
                                 fixtures::multi_label(), fixtures::hostile(), Explanation{}});
  for (const Explanation& explanation : samples) EXPECT_EQ(markup::fault(to_svg_text(explanation)), "");
}

TEST(SvgText, EachWordOfTheTextIsDrawnInOrderOnItsHeat) {
  const Explanation explanation = fixtures::sentiment();
  const std::string svg = to_svg_text(explanation);
  for (const Word& word : explanation.words)
    EXPECT_THAT(svg, HasSubstr(">" + std::string(explanation.text_of(word)) + "<"));
  EXPECT_LT(svg.find(">gorgeous<"), svg.find(">witty<"));
  EXPECT_LT(svg.find(">witty<"), svg.find(">dull<"));
  EXPECT_GE(explanation.words.size(), 17u);
  EXPECT_GE(markup::count(svg, "<rect "), 17u);
}

TEST(SvgText, ALongTextIsCutAndSaysSo) {
  Explanation explanation;
  for (int i = 0; i < 20'000; ++i) explanation.text += "word ";
  const std::string svg = to_svg_text(explanation);
  EXPECT_THAT(svg, HasSubstr("the first 60 lines"));
  EXPECT_LT(svg.size(), 200'000u);
}

}  // namespace
}  // namespace limn
