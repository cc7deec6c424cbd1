#include "render/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "fixtures.h"

namespace limn {
namespace {

TEST(Summary, VerdictOfEveryTask) {
  const Verdict answer = verdict(fixtures::macedonia());
  EXPECT_EQ(answer.text, "Achaemenid Persia");
  EXPECT_EQ(answer.probability, 0.83);
  EXPECT_EQ(answer.confidence, 0.79);
  const Verdict none = verdict(fixtures::no_answer());
  EXPECT_EQ(none.text, "no answer");
  EXPECT_EQ(none.probability, 0.97);
  EXPECT_EQ(verdict(fixtures::sentiment()).text, "positive");
  const Verdict entity = verdict(fixtures::entities()[2]);
  EXPECT_EQ(entity.kind, "LOC");
  EXPECT_EQ(entity.text, "Philadelphia");
  EXPECT_FALSE(entity.confidence);
  Explanation calibrated = fixtures::entities()[2];
  std::get<EntityPrediction>(calibrated.prediction).entities[2].confidence = 0.61;
  EXPECT_EQ(verdict(calibrated).confidence, 0.61);
  EXPECT_EQ(verdict(fixtures::multi_label()).text, "toxic, insult");
  EXPECT_FALSE(verdict(fixtures::multi_label()).probability);
}

TEST(Summary, VerdictWithoutLabelsOrEntities) {
  Explanation explanation = fixtures::multi_label();
  std::get<LabelPrediction>(explanation.prediction).labels.clear();
  EXPECT_EQ(verdict(explanation).text, "no label");
  explanation.prediction = EntityPrediction{};
  explanation.target = {};
  EXPECT_EQ(verdict(explanation).text, "no entities");
}

TEST(Summary, ShowsTheTargetExplainedInstead) {
  EXPECT_EQ(explained_instead(fixtures::macedonia()), "");
  EXPECT_EQ(explained_instead(fixtures::sentiment()), "");
  EXPECT_EQ(explained_instead(fixtures::multi_label()), "Explained: toxic");
  Explanation explanation = fixtures::sentiment();
  explanation.target.label = "negative";
  EXPECT_EQ(explained_instead(explanation), "Explained: negative");
  explanation.target.contrast = "positive";
  EXPECT_EQ(explained_instead(explanation), "Explained: negative rather than positive");
  explanation = fixtures::no_answer();
  explanation.target.start_token = explanation.target.end_token = 20;
  explanation.target.text = "the Argead dynasty";
  EXPECT_EQ(explained_instead(explanation), "Explained: the Argead dynasty");
}

TEST(Summary, StrongestWordsByMagnitudeAndSign) {
  Explanation explanation;
  explanation.text = "a b c d e";
  explanation.words = {
      {0, 1, 0.5, 0}, {2, 3, -2, 0}, {4, 5, 0, 0}, {6, 7, 0.5, 0}, {8, 9, std::numeric_limits<double>::quiet_NaN(), 0}};
  EXPECT_THAT(strongest_words(explanation, 8), testing::ElementsAre(1u, 0u, 3u));
  EXPECT_THAT(strongest_words(explanation, 2), testing::ElementsAre(1u, 0u));
  EXPECT_THAT(strongest_words(explanation, 8, 1), testing::ElementsAre(0u, 3u));
  EXPECT_THAT(strongest_words(explanation, 8, -1), testing::ElementsAre(1u));
}

TEST(Summary, PunctuationIsNotAmongTheStrongestWords) {
  Explanation explanation;
  explanation.text = "so , dull … €5 ❤";
  explanation.words = {{0, 2, 0.1, 0}, {3, 4, -9, 0},    {5, 9, 0.3, 0},
                       {10, 13, 8, 0}, {14, 18, 0.2, 0}, {19, 22, 0.4, 0}};
  EXPECT_THAT(strongest_words(explanation, 8), testing::ElementsAre(5u, 2u, 4u, 0u));
}

TEST(Summary, SentenceNamesEachWordOnce) {
  EXPECT_EQ(sentence(fixtures::macedonia()),
            "\"subordinate\", \"Achaemenid\" and \"empire\" mattered most for this answer.");
  EXPECT_EQ(
      sentence(fixtures::sentiment()),
      "\"gorgeous\", \"witty\" and \"seductive\" pushed most towards positive; \"dull\", \"long\" and \"too\" pushed "
      "most against it.");
}

TEST(Summary, SentenceIgnoresCase) {
  Explanation explanation;
  explanation.text = "fourth Fourth goal";
  explanation.words = {{0, 6, 1, 0}, {7, 13, 0.9, 0}, {14, 18, 0.8, 0}};
  EXPECT_EQ(sentence(explanation), "\"fourth\" and \"goal\" mattered most for this result.");
}

TEST(Summary, SentenceOfSignedScores) {
  Explanation explanation = fixtures::macedonia();
  explanation.method.is_signed = true;
  EXPECT_EQ(sentence(explanation), "\"subordinate\", \"Achaemenid\" and \"empire\" pushed most towards this answer.");
  for (Word& word : explanation.words) word.score = 0;
  EXPECT_EQ(sentence(explanation), "No word pushed towards this answer or against it.");
  explanation.words[0].score = -1;
  EXPECT_EQ(sentence(explanation), "\"To\" pushed most against this answer.");
  explanation.words.clear();
  explanation.method.is_signed = false;
  for (Token& token : explanation.tokens) token.score = 1;
  EXPECT_EQ(sentence(explanation), "No word mattered for this answer.");
}

TEST(Summary, DescribesTheTargetFunction) {
  EXPECT_EQ(scalar_text(fixtures::macedonia()), "F = start logit + end logit of the answer = 11.27");
  EXPECT_EQ(scalar_text(fixtures::sentiment()), "F = logit of positive = 2.31");
  EXPECT_EQ(scalar_text(fixtures::entities()[1]), "F = logit of B-PER at \"Lafayette\" = 6.13");
  Explanation explanation = fixtures::sentiment();
  explanation.target.contrast = "negative";
  EXPECT_EQ(scalar_text(explanation), "F = logit of positive − logit of negative = 2.31");
}

TEST(Summary, CompletenessOfMethodsWithABaseline) {
  EXPECT_EQ(completeness_text(fixtures::macedonia()), "");
  Explanation explanation = fixtures::sentiment();
  explanation.tokens = {{"a", 1, 0, 0, 1, 0, false, 2.0}, {"b", 1, 0, 2, 3, 1, false, 0.5}};
  explanation.value = 2;
  explanation.baseline_value = -0.5;
  explanation.completeness_error = 0.0031;
  EXPECT_EQ(completeness_text(explanation), "sum of scores 2.5, F(x) − F(baseline) = 2.5, error 0.0031");
}

TEST(Summary, FormatsNumbers) {
  EXPECT_EQ(score_text(0.5, 1), "0.50");
  EXPECT_EQ(score_text(-1.654, 1.92), "−1.65");
  EXPECT_EQ(score_text(11.27, 11.27), "11.3");
  EXPECT_EQ(score_text(0.00123, 0.05), "0.0012");
  EXPECT_EQ(score_text(1234, 1234), "1234");
  EXPECT_EQ(score_text(-0.0001, 1), "0.00");
  EXPECT_EQ(score_text(2.5e-9, 2.5e-9), "2.50e−09");
  EXPECT_EQ(score_text(0, 0), "0");
  EXPECT_EQ(percent_text(0.834), "83%");
  EXPECT_EQ(percent_text(0.998), "99.8%");
  EXPECT_EQ(percent_text(0.99999), ">99.9%");
  EXPECT_EQ(percent_text(0.0004), "<0.1%");
  EXPECT_EQ(percent_text(0.066), "6.6%");
  EXPECT_EQ(percent_text(0), "0%");
  EXPECT_EQ(percent_text(1), "100%");
  EXPECT_EQ(duration_text(0.041), "41 ms");
  EXPECT_EQ(duration_text(2.345), "2.3 s");
  EXPECT_EQ(duration_text(0.0001), "<1 ms");
}

TEST(Summary, MethodWithPresetOrOptions) {
  EXPECT_EQ(method_text(fixtures::macedonia()), "gradient, preset seed-qa");
  EXPECT_EQ(method_text(fixtures::no_answer()), "gradient (onehot-l2, max)");
}

}  // namespace
}  // namespace limn
