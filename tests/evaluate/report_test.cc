#include "limn/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "evaluate/near_duplicates.h"
#include "evaluate/significance.h"
#include "limn/error.h"

namespace limn {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pointwise;
using testing::SizeIs;

TEST(FishersExactTest, EqualsTheHypergeometricTail) {
  EXPECT_NEAR(fisher_exact_greater(3, 4, 4, 8), 17. / 70, 1e-12);  // the lady tasting tea (Fisher 1935)
  // Sums of binomials in exact integers, with Python's math.comb.
  EXPECT_NEAR(fisher_exact_greater(8, 10, 9, 16), 0.024475524475524476, 1e-12);
  EXPECT_NEAR(fisher_exact_greater(20, 30, 50, 400) / 2.304188300358519e-13, 1, 1e-9);
  EXPECT_NEAR(fisher_exact_greater(0, 5, 2, 10), 1, 1e-12);
}

TEST(BenjaminiHochberg, AdjustsFromTheLargestP) {
  // By hand: p · 5 ÷ rank is .05, .05, .05, .25, .5.
  const std::vector<double> p = {.01, .5, .02, .03, .2};
  EXPECT_THAT(benjamini_hochberg(p), Pointwise(DoubleNear(1e-12), {.05, .5, .05, .05, .25}));
  EXPECT_THAT(benjamini_hochberg({}), IsEmpty());
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char letter : text)
    if (letter == ' ')
      words.emplace_back();
    else
      words.back() += letter;
  return words;
}

TEST(NearDuplicates, AreTextsThatShareMostOfTheirWords) {
  const std::string text =
      "the committee met on friday to discuss the new budget for schools and roads in the northern part of the county "
      "and agreed to publish all of its figures before the end of the month";
  NearDuplicates texts;
  texts.add(words_of(text));
  texts.add(words_of("a film about a dog that learns to read and then refuses to go for walks with its owner"));
  texts.add(words_of(text + " again"));
  texts.add(words_of(text));
  texts.add(words_of("well done"));
  texts.add(words_of("well made"));
  texts.add(words_of("well done"));
  const auto groups = texts.groups();
  ASSERT_THAT(groups, SizeIs(2));
  EXPECT_THAT(groups[0].texts, ElementsAre(0, 2, 3));
  EXPECT_FALSE(groups[0].exact);
  EXPECT_THAT(groups[1].texts, ElementsAre(4, 6));
  EXPECT_TRUE(groups[1].exact);
}

/// A made-up explanation of "a b c" with one score per word.
Explanation explanation_of(const std::string& text, const std::vector<double>& scores, const std::string& label,
                           double probability) {
  Explanation made;
  made.model = "made-up";
  made.text = text;
  made.method.name = "gradient-x-input";
  made.method.is_signed = true;
  const double other = 1 - probability;
  const bool is_good = label == "good";
  made.prediction = LabelPrediction{
      .label = label,
      .index = is_good ? 1U : 0U,
      .probability = probability,
      .probabilities = {{"bad", is_good ? other : probability}, {"good", is_good ? probability : other}},
      .labels = {}};
  made.target.label = label;
  std::size_t begin = 0;
  const auto words = words_of(text);
  EXPECT_EQ(words.size(), scores.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    made.words.push_back({.begin = begin, .end = begin + words[i].size(), .score = scores[i]});
    begin += words[i].size() + 1;
  }
  return made;
}

TEST(Report, CountsAndMeansAreThoseOfAHandMadeTable) {
  ReportBuilder builder;
  builder.add(explanation_of("Fine film", {2, 1}, "good", .9), {.row = 0, .fields = {{"label", "good"}}});
  builder.add(explanation_of("fine fine plot", {1, 1, -1}, "good", .8), {.row = 1, .fields = {{"label", "bad"}}});
  builder.add(explanation_of("dull film", {3, -1}, "bad", .95), {.row = 2, .fields = {{"label", "0"}}});
  builder.add(explanation_of("film", {1}, "bad", .55), {.row = 3, .fields = {}});
  const Report report = builder.finish(2);
  EXPECT_EQ(report.rows, 4U);
  EXPECT_EQ(report.errors, 2U);
  EXPECT_EQ(report.labelled, 3U);
  EXPECT_EQ(report.wrong, 1U);
  ASSERT_THAT(report.classes, SizeIs(2));
  const ReportClass& good = report.classes[1];
  EXPECT_EQ(good.label, "good");
  EXPECT_EQ(good.predicted, 2U);
  EXPECT_EQ(good.labelled, 1U);
  ASSERT_THAT(good.words, SizeIs(2));
  EXPECT_EQ(good.words[0].word, "fine");
  EXPECT_EQ(good.words[0].rows, 2U);
  EXPECT_DOUBLE_EQ(good.words[0].mean_score, 2);  // (2 + (1 + 1)) ÷ 2
  EXPECT_DOUBLE_EQ(good.words[0].lift, 2);        // 2 of 2 rows of the class, 2 of 4 of all
  EXPECT_THAT(good.words[0].examples, ElementsAre(0, 1));
  EXPECT_EQ(good.words[1].word, "film");
  EXPECT_NEAR(good.words[1].lift, (1. / 2) / (3. / 4), 1e-12);
  ASSERT_THAT(good.words_against, SizeIs(1));
  EXPECT_EQ(good.words_against[0].word, "plot");
  EXPECT_EQ(report.confusion.at({"bad", "good"}), 1U);
  EXPECT_EQ(report.confusion.at({"bad", "bad"}), 1U);
  EXPECT_EQ(report.confidence[8].rows, 1U);
  EXPECT_EQ(report.confidence[9].right, 2U);
  EXPECT_NEAR(report.confidence[9].mean_probability, (.9 + .95) / 2, 1e-12);
  ASSERT_THAT(report.wrong_rows, SizeIs(1));
  EXPECT_EQ(report.wrong_rows[0].row, 1U);
  // Usual probability of "good" in rows labelled so: .9; row 1 has .8.
  EXPECT_THAT(report.suspected_labels, IsEmpty());
  EXPECT_THAT(report.examples(), ElementsAre(0, 1, 2));  // "film" speaks neither for nor against "bad"
}

/// 600 rows of one good or bad word and two others. @param wrong_share of the rows with "blick", all predicted good
Report planted_report(double wrong_share, unsigned seed) {
  std::mt19937 random(seed);
  const std::vector<std::string> fillers = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"};
  ReportBuilder builder;
  const auto chance = [&](double share) { return static_cast<double>(random() % 10'000) < 10'000 * share; };
  for (std::size_t row = 0; row < 600; ++row) {
    const bool has_blick = row % 10 == 0;
    const bool is_good = has_blick || row % 2 == 0;
    const bool is_wrong = chance(has_blick ? wrong_share : .05);
    const std::string text = std::string(has_blick ? "blick"
                                         : is_good ? "fine"
                                                   : "dull") +
                             " " + fillers[random() % 8] + " " + fillers[random() % 8];
    const std::string label = is_good != is_wrong ? "good" : "bad";
    builder.add(explanation_of(text, {2, .5, .25}, is_good ? "good" : "bad", .9),
                {.row = row, .fields = {{"label", label}, {"source", row % 3 == 0 ? "web" : "print"}}});
  }
  return builder.finish();
}

TEST(Report, APlantedShortcutIsFirstAndAControlHasNone) {
  const Report planted = planted_report(.5, 3);
  ASSERT_FALSE(planted.shortcuts.empty());
  EXPECT_EQ(planted.shortcuts.front().word, "blick");
  EXPECT_EQ(planted.shortcuts.front().label, "good");
  EXPECT_EQ(planted.shortcuts.front().rows, 60U);
  ASSERT_FALSE(planted.slices.empty());
  EXPECT_EQ(planted.slices.front().name, "word: blick");
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) EXPECT_THAT(planted_report(.05, seed).shortcuts, IsEmpty()) << seed;
}

TEST(Report, ColumnsWithManyValuesMakeNoParts) {
  ReportBuilder builder;
  for (std::size_t row = 0; row < 100; ++row)
    builder.add(explanation_of("fine", {1}, "good", .9), {.row = row,
                                                          .fields = {{"label", row < 50 ? "bad" : "good"},
                                                                     {"id", std::to_string(row)},
                                                                     {"half", row < 50 ? "first" : "second"}}});
  const Report report = builder.finish();
  ASSERT_THAT(report.slices, SizeIs(2));
  EXPECT_THAT(report.slices[0].name, testing::AnyOf("half: first", "label: bad"));
  EXPECT_EQ(report.slices[0].wrong, 50U);
  EXPECT_EQ(report.slices[0].rest, 0);
}

TEST(Report, AColumnOfTextsIsNoLabel) {
  ReportBuilder builder;
  const auto add = [&](std::size_t row) {
    builder.add(explanation_of("fine", {1}, "good", .9),
                {.row = row, .fields = {{"label", "text " + std::to_string(row)}}});
  };
  for (std::size_t row = 0; row < 100; ++row) add(row);
  EXPECT_EQ(builder.finish().wrong, 100U);
  EXPECT_THROW(add(100), Error);
}

TEST(Report, ARowWithAnEmptyLabelIsNotLabelled) {
  ReportBuilder builder;
  builder.add(explanation_of("fine film", {2, 1}, "good", .9), {.row = 0, .fields = {{"label", ""}}});
  builder.add(explanation_of("fine plot", {2, 1}, "good", .9), {.row = 1, .fields = {{"label", "bad"}}});
  const Report report = builder.finish();
  EXPECT_EQ(report.rows, 2U);
  EXPECT_EQ(report.labelled, 1U);
  EXPECT_EQ(report.wrong, 1U);
  EXPECT_THAT(report.classes, SizeIs(2));
}

TEST(Report, NothingIsExplained) {
  const Report report = ReportBuilder().finish(3);
  EXPECT_EQ(report.rows, 0U);
  EXPECT_EQ(report.errors, 3U);
  EXPECT_THAT(report.examples(), IsEmpty());
}

}  // namespace
}  // namespace limn
