#include "evaluate/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace limn {
namespace {

TEST(ConfidenceQuality, EqualsAHandMadeTable) {
  // Surest first: .9 right, .8 wrong, .8 right, .3 wrong.
  const ConfidenceQuality quality = confidence_quality({.9, .8, .8, .3}, {true, false, true, false});
  EXPECT_NEAR(quality.brier, (.01 + .64 + .04 + .09) / 4, 1e-12);
  // Bins: [.3] 0 of 1, [.8, .8] 1 of 2, [.9] 1 of 1.
  EXPECT_NEAR(quality.calibration_error, (.3 + std::abs(1 - 1.6) + .1) / 4, 1e-12);
  // Pairs: .9>.8, .9>.3, .8=.8 (half), .8>.3.
  ASSERT_TRUE(quality.auroc);
  EXPECT_NEAR(*quality.auroc, 3.5 / 4, 1e-12);
  // Wrong among the surest k; the tied two count half each: 0/1, .5/2, 1/3, 2/4.
  EXPECT_NEAR(quality.risk_coverage, (0 + .25 + 1. / 3 + .5) / 4, 1e-12);
}

// By hand: .95 and .91 right, .92 wrong in the last bin; .15 wrong in the second. Surest first: right, wrong, right,
// wrong.
TEST(ConfidenceQuality, HasBinsAndACurve) {
  const ConfidenceQuality quality = confidence_quality({.91, .15, .95, .92}, {true, false, true, false});
  ASSERT_EQ(quality.bins.size(), 10u);
  EXPECT_EQ(quality.bins[9].rows, 3u);
  EXPECT_NEAR(quality.bins[9].mean_probability, (.91 + .95 + .92) / 3, 1e-12);
  EXPECT_NEAR(quality.bins[9].right, 2. / 3, 1e-12);
  EXPECT_EQ(quality.bins[1].rows, 1u);
  EXPECT_EQ(quality.bins[1].right, 0);
  EXPECT_EQ(quality.bins[5].rows, 0u);
  ASSERT_EQ(quality.curve.size(), 4u);
  const double risks[] = {0, 1. / 2, 1. / 3, 2. / 4};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(quality.curve[i].coverage, static_cast<double>(i + 1) / 4, 1e-12);
    EXPECT_NEAR(quality.curve[i].risk, risks[i], 1e-12);
  }
}

TEST(ConfidenceQuality, HasNoAurocIfAllAreRight) {
  const ConfidenceQuality quality = confidence_quality({.9, .1}, {true, true});
  EXPECT_FALSE(quality.auroc);
  EXPECT_EQ(quality.risk_coverage, 0);
}

TEST(Temperature, IsThatWithWhichTheLabelsWereDrawn) {
  // Labels drawn from p, shown as p at temperature 1/3: the fit must find 3.
  std::mt19937 random(4);
  std::vector<LabelledProbabilities> rows;
  for (int i = 0; i < 20'000; ++i) {
    const double p = (static_cast<double>(random() % 1000) + .5) / 1000;
    const bool is_first = static_cast<double>(random() % 100'000) < 100'000 * p;
    rows.push_back({.probabilities = at_temperature({p, 1 - p}, 1. / 3), .right = is_first ? 0U : 1U});
  }
  EXPECT_NEAR(fit_temperature(rows), 3, .1);  // the standard error of the fit is about .03
}

TEST(Temperature, OfOneChangesNothing) {
  const std::vector<double> same = at_temperature({.2, .5, .3}, 1);
  EXPECT_NEAR(same[0], .2, 1e-12);
  EXPECT_NEAR(same[1], .5, 1e-12);
  // p^(1/2), renormalised.
  const double sum = std::sqrt(.2) + std::sqrt(.5) + std::sqrt(.3);
  EXPECT_NEAR(at_temperature({.2, .5, .3}, 2)[2], std::sqrt(.3) / sum, 1e-12);
}

TEST(Logistic, SolvesItsEquations) {
  // At the optimum, Σ (y − p) = 0 and Σ (y − p) z = w for each standardised feature z with its weight w (ridge 1).
  std::mt19937 random(9);
  std::vector<FeatureRow> rows;
  for (int i = 0; i < 400; ++i) {
    const double a = static_cast<double>(random() % 1000) / 100, b = static_cast<double>(random() % 1000) / 1000;
    rows.push_back({.features = {{"a", a}, {"b", b}, {"constant", 7}},
                    .is_right = static_cast<double>(random() % 1000) / 1000 < 1 / (1 + std::exp(5 - a))});
  }
  const LogisticModel model = fit_logistic(rows);
  double mean = 0, square = 0;
  for (const FeatureRow& row : rows) mean += row.features.at("a") / 400;
  for (const FeatureRow& row : rows) square += std::pow(row.features.at("a") - mean, 2) / 400;
  double sum = 0, product = 0;
  for (const FeatureRow& row : rows) {
    const double rest = (row.is_right ? 1 : 0) - model.probability(row.features);
    sum += rest;
    product += rest * (row.features.at("a") - mean) / std::sqrt(square);
  }
  EXPECT_NEAR(sum, 0, 1e-6);
  EXPECT_NEAR(product, model.weights.at("a") * std::sqrt(square), 1e-6);
  EXPECT_NEAR(model.weights.at("a"), 1, .2);  // the weight with which the labels were drawn
}

TEST(AnswerFeatures, AreDifferencesOfLogarithms) {
  AnswerPrediction prediction;
  prediction.best = {.text = "Anna", .begin = 0, .end = 4, .probability = .6};
  prediction.answers = {prediction.best, {.text = "came", .begin = 5, .end = 9, .probability = .2}};
  prediction.null_probability = .1;
  const auto features = answer_features(prediction);
  EXPECT_NEAR(features.at("log_odds"), std::log(.6 / .4), 1e-12);
  EXPECT_NEAR(features.at("margin"), std::log(3), 1e-12);
  EXPECT_NEAR(features.at("null_margin"), std::log(6), 1e-12);
  EXPECT_EQ(features.at("is_null"), 0);
}

}  // namespace
}  // namespace limn
