#include "explain/surrogates/lime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <span>
#include <vector>

#include "explain/games.h"

namespace limn {
namespace {

using Json = nlohmann::json;

struct Fit {
  std::vector<Mask> masks;
  std::vector<double> values;
};

Fit fit_of(const Json& row) {
  Fit fit = {.masks = {}, .values = row["values"]};
  for (const std::string bits : row["masks"]) fit.masks.push_back(mask_of(bits));
  return fit;
}

TEST(Lime, RegressionEqualsTheLimePackage) {
  for (const Json& row : cases_of("lime_fits")) {
    const Fit fit = fit_of(row);
    ASSERT_GE(row["lime"].size(), 2u);
    for (const Json& expected : row["lime"]) {
      const LinearModel model =
          fit_lime(fit.masks, fit.values,
                   {.features = expected["features"], .kernel_width = expected["kernel_width"].get<double>()});
      const std::string what = expected.dump();
      expect_near(model.weights, expected["weights"], 1e-6, what);
      EXPECT_NEAR(model.intercept, expected["intercept"].get<double>(), 1e-6) << what;
      EXPECT_NEAR(model.r2, expected["r2"].get<double>(), 1e-6) << what;
    }
  }
}

TEST(Lime, RegressionEqualsCaptum) {
  for (const Json& row : cases_of("lime_fits")) {
    const Fit fit = fit_of(row);
    for (const Json& expected : row["captum"]) {
      const LinearModel model =
          fit_lime(fit.masks, fit.values,
                   {.flavour = Lime::Flavour::captum, .kernel_width = expected["kernel_width"].get<double>()});
      expect_near(model.weights, expected["weights"], 1e-5, expected.dump());  // Captum stores weights in float32
      EXPECT_NEAR(model.intercept, expected["intercept"].get<double>(), 1e-5);
    }
  }
}

TEST(Lime, KernelWidthDependsOnTheFlavour) {
  const Fit fit = fit_of(cases_of("lime_fits")[0]);
  const auto weights = [&](const Lime& method) { return fit_lime(fit.masks, fit.values, method).weights; };
  EXPECT_EQ(weights({}), weights({.kernel_width = 25}));
  EXPECT_EQ(weights({.flavour = Lime::Flavour::captum}),
            weights({.flavour = Lime::Flavour::captum, .kernel_width = 100}));
  EXPECT_NE(weights({}), weights({.kernel_width = 100}));
}

TEST(Lime, RecoversALinearModel) {
  const std::vector<double> truth = {0.5, -1, 0, 2, 0.25, 0, -0.125};
  Game game = additive_game(truth, 3);
  const UnitScores found = score_units(game, Lime{.samples = 20000});
  // Ridge(1) shrinks the weights by about 1 ÷ (Σ of the kernel's weights · variance of a column).
  expect_near(found.scores, truth, 0.01);
  EXPECT_NEAR(found.numbers.at("intercept"), 3, 0.01);
  EXPECT_GT(found.numbers.at("r2"), 0.999);
}

TEST(Lime, SelectsTheStrongestUnits) {
  const std::vector<double> truth = {0.5, -1, 0, 2, 0.25, 0, -0.125, 0.75, 0.01, -0.6};
  for (const std::size_t features : {3u, 8u}) {
    Game game = additive_game(truth);
    const UnitScores found = score_units(game, Lime{.samples = 2000, .features = features});
    EXPECT_EQ(std::count_if(found.scores.begin(), found.scores.end(), [](double score) { return score != 0; }),
              features);
    for (const std::size_t chosen : {1u, 3u, 7u}) EXPECT_NE(found.scores[chosen], 0);
  }
}

TEST(Lime, CaptumLassoShrinksWeights) {
  // The lasso weight of an independent unit is the true weight minus 0.01 ÷ variance, where the variance is ¼.
  Game game = additive_game({0.5, -1, 0.01, 2});
  const UnitScores found =
      score_units(game, Lime{.flavour = Lime::Flavour::captum, .samples = 40000, .kernel_width = 1e6});
  expect_near(found.scores, {0.46, -0.96, 0, 1.96}, 0.005);
}

TEST(Lime, StabilityIsTheProbabilityOfTheOrder) {
  // |weights| 3, 2, 1 with variances 1, 4, 0 and a covariance of 0.5 between the first and the second, whose signs
  // differ: their difference of 1 has the variance 1 + 4 + 2 · 0.5 = 6, that of the first and the third, 2, has 1.
  const LinearModel model = {.weights = {3, -2, 1}, .covariance = {1, .5, 0, .5, 4, 0, 0, 0, 0}};
  EXPECT_NEAR(stability_of(model, 1), 0.65845, 1e-5);  // Φ(1 ÷ √6); Φ(2) is larger
  EXPECT_NEAR(stability_of(model, 2), 0.69146, 1e-5);  // Φ((2 − 1) ÷ 2)
  EXPECT_EQ(stability_of(model, 3), 1);
  EXPECT_EQ(stability_of({.weights = {3, -2, 1}}, 1), 0);
}

TEST(Lime, StopsWhenTheStrongestUnitsAreStable) {
  const std::vector<double> clear = {0.5, -1, 0, 2, 0.2, 0, -0.1, 3, 0.01, 0.1};
  Game game = additive_game(clear);
  const UnitScores found = score_units(game, Lime{.samples = 5000, .stability = 0.95});
  EXPECT_EQ(found.numbers.at("samples"), 100);
  EXPECT_LE(game.evaluations(), 100u);
  EXPECT_GE(found.numbers.at("stability"), 0.95);
  EXPECT_TRUE(found.warnings.empty());
  // Equal units cannot be told apart; without a stability, all samples are drawn and it is stated all the same.
  Game equal = additive_game(std::vector<double>(10, 1.));
  EXPECT_THAT(score_units(equal, Lime{.samples = 250, .stability = 0.999}).warnings,
              testing::ElementsAre(testing::HasSubstr("strongest words might be others")));
  Game all = additive_game(clear);
  const UnitScores every = score_units(all, Lime{.samples = 300});
  EXPECT_EQ(every.numbers.at("samples"), 300);
  EXPECT_GT(every.numbers.at("stability"), 0.95);
}

TEST(Lime, StableUnitsAreThoseOfManyDraws) {
  const PairGame pairs = pair_game(10);
  const auto strongest = [](const std::vector<double>& scores) {
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, std::greater{}, [&](std::size_t u) { return std::abs(scores[u]); });
    return std::set(order.begin(), order.begin() + 3);
  };
  Game game = pairs.game();
  const auto truth = strongest(score_units(game, Lime{.samples = 20000}).scores);
  std::size_t stable = 0, right = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Game drawn = pairs.game();
    const UnitScores found = score_units(drawn, Lime{.samples = 2000, .seed = seed, .stability = 0.95});
    if (found.numbers.at("stability") < 0.95) continue;
    ++stable;
    right += strongest(found.scores) == truth;
  }
  ASSERT_GE(stable, 100u);
  // Looking several times, and at several pairs, costs a few in a hundred.
  EXPECT_GE(static_cast<double>(right) / static_cast<double>(stable), 0.9);
}

/// The root of the mean square of each unit's standard errors, divided by the spread of its scores, over 300 seeds; the
/// mean over the units. The spread is known to 4 % for each unit.
double errors_over_spread(Lime method) {
  constexpr std::size_t seeds = 300;
  const PairGame pairs = pair_game(10);
  std::vector<double> sums(10, 0.), squares(10, 0.), variances(10, 0.);
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    Game game = pairs.game();
    method.seed = seed;
    const UnitScores found = score_units(game, method);
    for (std::size_t u = 0; u < 10; ++u) {
      sums[u] += found.scores[u];
      squares[u] += found.scores[u] * found.scores[u];
      variances[u] += found.standard_errors[u] * found.standard_errors[u] / seeds;
    }
  }
  double ratio = 0, units = 0;
  for (std::size_t u = 0; u < 10; ++u) {
    if (std::isnan(variances[u])) continue;  // the lasso left it out at least once
    ratio += std::sqrt(variances[u] / ((squares[u] - sums[u] * sums[u] / seeds) / (seeds - 1)));
    ++units;
  }
  EXPECT_GE(units, 7);
  return ratio / units;
}

TEST(Lime, StandardErrorsAreTheSpreadOverSeeds) {
  EXPECT_NEAR(errors_over_spread({.samples = 100}), 1, 0.08);
  EXPECT_NEAR(errors_over_spread({.samples = 1000}), 1, 0.06);
  EXPECT_NEAR(errors_over_spread({.flavour = Lime::Flavour::captum, .samples = 300}), 1, 0.06);
}

TEST(Lime, StandardErrorOfOneUnitByHand) {
  // One unit, present in the first of three masks and then not: the sandwich with HC2 on paper. The weights are 1 and
  // e^(−100² ÷ 2 · 25²) = w each, the total W = 1 + 2w, the mean of x is m = 1 ÷ W, that of y is (5 + w + 3w) ÷ W.
  const std::vector<Mask> masks = {{true}, {false}, {false}};
  const std::vector<double> values = {5, 1, 3};
  const double w = std::exp(-8.), total = 1 + 2 * w, m = 1 / total, y = (5 + 4 * w) / total;
  const double xx = (1 - m) * (1 - m) + 2 * w * m * m, xy = (1 - m) * (5 - y) - w * m * (1 - y) - w * m * (3 - y);
  const double b = xy / (xx + 1);
  const LinearModel one = fit_lime(masks, values, {});
  EXPECT_NEAR(one.weights[0], b, 1e-9);
  double meat = 0;
  for (const double value : {1., 3.}) {
    const double leverage = w * (m * m / (xx + 1) + 1 / total), residual = value - y + m * b;
    meat += std::pow(-w * residual / std::sqrt(1 - leverage) * m - b / 3, 2);
  }
  ASSERT_EQ(one.covariance.size(), 1U);
  EXPECT_NEAR(one.covariance[0], meat / (xx + 1) / (xx + 1), 1e-12);
  EXPECT_TRUE(fit_lime(std::span(masks).first(2), std::span(values).first(2), {}).covariance.empty());  // too few
}

TEST(Lime, UnitsThatWereNotSelectedHaveNoStandardError) {
  Game game = pair_game(10).game();
  const UnitScores found = score_units(game, {.samples = 500, .features = 3});
  ASSERT_EQ(found.standard_errors.size(), 10U);
  for (std::size_t u = 0; u < 10; ++u) EXPECT_EQ(std::isfinite(found.standard_errors[u]), found.scores[u] != 0);
}

TEST(Lime, SamplingDependsOnTheFlavour) {
  constexpr std::size_t units = 5, draws = 5000;
  const std::vector<Mask> lime = lime_masks(units, {.samples = draws});
  ASSERT_EQ(lime.size(), draws);
  EXPECT_EQ(lime[0], Mask(units, true));
  std::vector<std::size_t> of_size(units + 1), of_unit(units);
  for (std::size_t i = 1; i < draws; ++i) {
    of_size[static_cast<std::size_t>(std::count(lime[i].begin(), lime[i].end(), true))]++;
    for (std::size_t u = 0; u < units; ++u) of_unit[u] += lime[i][u];
  }
  EXPECT_EQ(of_size[units], 0u);  // at least one is removed
  // Four standard deviations of a binomial count.
  for (std::size_t size = 0; size < units; ++size) EXPECT_NEAR(static_cast<double>(of_size[size]), draws / 5., 113);
  for (const std::size_t count : of_unit) EXPECT_NEAR(static_cast<double>(count), draws * 0.4, 139);

  const std::vector<Mask> captum = lime_masks(units, {.flavour = Lime::Flavour::captum, .samples = draws});
  std::fill(of_unit.begin(), of_unit.end(), 0);
  for (const Mask& mask : captum)
    for (std::size_t u = 0; u < units; ++u) of_unit[u] += mask[u];
  for (const std::size_t count : of_unit) EXPECT_NEAR(static_cast<double>(count), draws * 0.5, 142);

  EXPECT_NE(lime, lime_masks(units, {.samples = draws, .seed = 1}));
  EXPECT_EQ(lime, lime_masks(units, {.samples = draws}));
}

}  // namespace
}  // namespace limn
