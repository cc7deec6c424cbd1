// The metrics of faithfulness on tables of coalitions made by hand, without a model.
#include "evaluate/faithfulness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "explain/coalitions.h"
#include "explain/games.h"
#include "explain/perturbation.h"
#include "limn/error.h"

namespace limn {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Optional;
using testing::Pointwise;

constexpr double precision = 1e-12;

/// A game whose value is table[bits], bit u set if unit u is present.
Game table_game(std::size_t units, std::vector<double> table) {
  return game_of(
      units,
      [table = std::move(table)](const Mask& mask) {
        std::size_t bits = 0;
        for (std::size_t u = 0; u < mask.size(); ++u) bits |= std::size_t{mask[u]} << u;
        return table.at(bits);
      });
}

FaithfulnessMetrics measure_all(Game& game, const std::vector<double>& scores) {
  const Removals removals = removals_of(game, 0);
  return measure(game, scores, removal_bounds(game, 1), &removals);
}

auto near(double value) { return DoubleNear(value, precision); }

TEST(Faithfulness, OfTwoUnitsWithTiedScores) {
  Game game = table_game(2, {.1, .3, .5, .9});
  const FaithfulnessMetrics found = measure_all(game, {1, 1});  // the earlier unit first
  EXPECT_THAT(found.comprehensiveness, near((.9 - .5 + .9 - .1) / 2));
  EXPECT_THAT(found.sufficiency, near((.9 - .3 + .9 - .1) / 2));
  EXPECT_THAT(found.normalised_comprehensiveness, Optional(near(0)));  // of the two orders, the worse
  EXPECT_THAT(found.normalised_sufficiency, Optional(near(1)));
  EXPECT_THAT(found.deletion, near((.5 + .1) / 2));
  EXPECT_THAT(found.insertion, near((.3 + .9) / 2));
  EXPECT_THAT(found.eraser.comprehensiveness, Pointwise(DoubleNear(precision), std::vector<double>(5, .9 - .5)));
  EXPECT_THAT(found.eraser.sufficiency, Pointwise(DoubleNear(precision), std::vector<double>(5, .9 - .3)));
  EXPECT_THAT(found.eraser.aopc_comprehensiveness, near(.4));
  EXPECT_THAT(found.ferret.aopc_comprehensiveness, Optional(near((.4 + .8) / 2)));  // one unit, then both
  EXPECT_THAT(found.ferret.aopc_sufficiency, Optional(near((.6 + 0) / 2)));
  EXPECT_FALSE(found.loo_kendall.has_value());  // constant scores
  EXPECT_THAT(found.sensitivity_n, ElementsAre(testing::Eq(std::nullopt)));
  // Sums of scores 1, 1, 2 and falls .4, .6, .8.
  EXPECT_THAT(found.infidelity, Optional(near((.6 * .6 + .4 * .4 + 1.2 * 1.2) / 3)));
}

TEST(Faithfulness, OfScoresThatOrderBothWays) {
  Game game = table_game(2, {.1, .3, .5, .9});
  const FaithfulnessMetrics found = measure_all(game, {-1, 2});
  EXPECT_THAT(found.normalised_comprehensiveness, Optional(near(1)));
  EXPECT_THAT(found.normalised_sufficiency, Optional(near(0)));
  EXPECT_THAT(found.loo_kendall, Optional(near(1)));
  EXPECT_THAT(found.sensitivity_n, ElementsAre(Optional(near(1))));
  EXPECT_THAT(found.ferret.aopc_comprehensiveness, Optional(near(.9 - .3)));  // only unit 1 has a positive score
}

TEST(Faithfulness, OfOneUnitIsNotNormalised) {
  Game game = table_game(1, {.2, .7});
  const FaithfulnessMetrics found = measure_all(game, {3});
  EXPECT_THAT(found.comprehensiveness, near(.5));
  EXPECT_THAT(found.sufficiency, near(.5));
  EXPECT_FALSE(found.normalised_comprehensiveness.has_value());
  EXPECT_FALSE(found.normalised_sufficiency.has_value());
  EXPECT_FALSE(found.loo_kendall.has_value());
  EXPECT_TRUE(found.sensitivity_n.empty());
  EXPECT_THAT(found.infidelity, Optional(near(2.5 * 2.5)));
}

TEST(Faithfulness, WithoutAnyFallIsNotNormalised) {
  Game game = table_game(3, std::vector<double>(8, .6));
  const FaithfulnessMetrics found = measure_all(game, {1, 2, 3});
  EXPECT_THAT(found.comprehensiveness, near(0));
  EXPECT_THAT(found.deletion, near(.6));
  EXPECT_FALSE(found.normalised_comprehensiveness.has_value());
  EXPECT_FALSE(found.loo_kendall.has_value());
  EXPECT_THAT(found.sensitivity_n, ElementsAre(testing::Eq(std::nullopt), testing::Eq(std::nullopt)));
}

TEST(Faithfulness, WithoutPositiveScoresHasNoFerretMetrics) {
  Game game = table_game(2, {.1, .3, .5, .9});
  const FaithfulnessMetrics found = measure_all(game, {0, -1});
  EXPECT_FALSE(found.ferret.aopc_comprehensiveness.has_value());
  EXPECT_FALSE(found.ferret.aopc_sufficiency.has_value());
}

TEST(RemovalBounds, MayBothBeNegative) {
  Game game = additive_game({-.1, -.2}, 1);  // each unit lowers p: no order of removal makes it fall
  const RemovalBounds bounds = removal_bounds(game, 1);
  EXPECT_THAT(bounds.upper, near((-.1 - .3) / 2));
  EXPECT_THAT(bounds.lower, near((-.2 - .3) / 2));
  EXPECT_THAT(bounds.best_order, ElementsAre(0, 1));
  EXPECT_THAT(bounds.worst_order, ElementsAre(1, 0));
}

TEST(RemovalBounds, AreThoseOfAllOrders) {
  const PairGame pairs = pair_game(6);
  Game game = pairs.game();
  std::vector<std::size_t> order(6);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double upper = -INFINITY, lower = INFINITY;
  std::size_t orders = 0;
  do {
    const double fall = mean_fall(game, order);
    upper = std::max(upper, fall);
    lower = std::min(lower, fall);
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  ASSERT_EQ(orders, 720u);
  const RemovalBounds bounds = removal_bounds(game, 1);
  EXPECT_THAT(bounds.upper, near(upper));
  EXPECT_THAT(bounds.lower, near(lower));
  EXPECT_THAT(mean_fall(game, bounds.best_order), near(upper));
  EXPECT_THAT(mean_fall(game, bounds.worst_order), near(lower));
  EXPECT_EQ(bounds.beam, 0u);
}

/// Weights .01, .02 … n/100.
std::vector<double> rising_weights(std::size_t units) {
  std::vector<double> weights;
  for (std::size_t u = 1; u <= units; ++u) weights.push_back(static_cast<double>(u) / 100);
  return weights;
}

TEST(RemovalBounds, OfTwelveUnitsAreExact) {
  Game game = additive_game(rising_weights(12));
  const RemovalBounds bounds = removal_bounds(game, 1);
  EXPECT_THAT(bounds.upper, near(650. / 1200));  // Σ i² ÷ (12 · 100): the unit with weight i is removed first i times
  EXPECT_THAT(bounds.lower, near(364. / 1200));  // Σ i (13 − i) ÷ (12 · 100)
  EXPECT_EQ(bounds.beam, 0u);
  EXPECT_EQ(game.evaluations(), 4096u);
  const FaithfulnessMetrics found = measure_all(game, rising_weights(12));
  EXPECT_THAT(found.normalised_comprehensiveness, Optional(near(1)));
  EXPECT_THAT(found.infidelity, Optional(near(0)));
  ASSERT_EQ(found.sensitivity_n.size(), 11u);
  for (const auto& correlation : found.sensitivity_n) EXPECT_THAT(correlation, Optional(DoubleNear(1, 1e-9)));
  EXPECT_EQ(game.evaluations(), 4096u);  // every metric reads the same table
}

TEST(RemovalBounds, OfMoreUnitsAreSearched) {
  Game game = additive_game(rising_weights(13));
  const RemovalBounds bounds = removal_bounds(game, 2);
  EXPECT_EQ(bounds.beam, 2u);
  EXPECT_THAT(bounds.upper, near(819. / 1300));
  EXPECT_THAT(bounds.lower, near(455. / 1300));
  EXPECT_THAT(mean_fall(game, bounds.best_order), near(819. / 1300));
}

TEST(RemovalBounds, OfASearchAreWidenedByBetterOrders) {
  RemovalBounds bounds = {.upper = .4, .lower = .1, .best_order = {0, 1}, .worst_order = {1, 0}, .beam = 1};
  widen(bounds, std::vector<std::size_t>{1, 0}, .5);
  EXPECT_EQ(bounds.upper, .5);
  EXPECT_THAT(bounds.best_order, ElementsAre(1, 0));
  widen(bounds, std::vector<std::size_t>{0, 1}, .3);
  EXPECT_EQ(bounds.lower, .1);
}

TEST(Removals, OfManyUnitsAreDrawn) {
  const std::vector<double> weights = rising_weights(20);
  Game game = additive_game(weights);
  const Removals removals = removals_of(game, 0);
  const FaithfulnessMetrics found = measure(game, weights, std::nullopt, &removals);
  ASSERT_EQ(found.sensitivity_n.size(), 19u);
  std::size_t drawn = 0;
  for (const auto& correlation : found.sensitivity_n) {
    if (!correlation) continue;
    EXPECT_THAT(*correlation, DoubleNear(1, 1e-9));  // the scores are the falls
    ++drawn;
  }
  EXPECT_EQ(drawn, 9u);
  EXPECT_THAT(found.infidelity, Optional(DoubleNear(0, 1e-20)));
  EXPECT_FALSE(found.normalised_comprehensiveness.has_value());
}

TEST(OptimalOrder, ScoresTheUnitsByTheBestOrder) {
  Game game = additive_game({.1, .3, .2});
  const UnitScores found = score_units(game, OptimalOrder{});
  EXPECT_THAT(found.scores, Pointwise(DoubleNear(precision), {1. / 3, 3. / 3, 2. / 3}));
  Game many = additive_game(rising_weights(13));
  EXPECT_THROW(score_units(many, OptimalOrder{}), Error);
}

TEST(Coalitions, AreEvaluatedOnceForEveryTargetFunction) {
  Coalitions coalitions(Masking::mask);
  const Mask a = {true, false}, b = {false, true};
  std::size_t evaluated = 0;
  const auto evaluate = [&](std::span<const Mask* const> masks) {
    evaluated += masks.size();
    return std::vector<ScalarValues>(masks.size(), ScalarValues{1, 2, 3, 4, 5});
  };
  EXPECT_THAT(coalitions.values(std::vector{&a, &b}, Scalar::logit, evaluate), ElementsAre(1, 1));
  EXPECT_THAT(coalitions.values(std::vector{&b}, Scalar::margin, evaluate), ElementsAre(5));
  EXPECT_EQ(evaluated, 2u);
  EXPECT_FALSE(coalitions.accepts({{0}}, Masking::remove, {}));
  EXPECT_TRUE(coalitions.accepts({{0}}, Masking::mask, {}));
  EXPECT_FALSE(coalitions.accepts({{0}, {1}}, Masking::mask, {}));  // other units
}

/// The metrics of a text with two methods and its random orders.
InputFaithfulness text_with(std::vector<std::optional<double>> normalised, double random) {
  InputFaithfulness input;
  for (const auto& value : normalised) {
    MethodFaithfulness& method = input.methods.emplace_back();
    method.metrics.normalised_comprehensiveness = value;
    method.metrics.comprehensiveness = value.value_or(0);
  }
  if (normalised.front()) input.random.normalised_comprehensiveness = random;
  return input;
}

TEST(FaithfulnessMeans, AreOverTheRowsForWhichAMetricIsDefined) {
  FaithfulnessMeans means({"a", "b"});
  means.add(text_with({.5, .9}, .2));
  means.add(text_with({.7, .9}, .2));
  means.add(text_with({std::nullopt, std::nullopt}, .2));  // one word: undefined
  const FaithfulnessScores scores = means.scores({});
  EXPECT_EQ(scores.rows, 3u);
  const MetricMean& a = scores.methods[0].metrics.at("normalised_comprehensiveness");
  EXPECT_EQ(a.rows, 2u);
  EXPECT_THAT(a.mean, Optional(near(.6)));
  EXPECT_THAT(a.standard_error, Optional(near(.1)));  // deviations ±.1: √(.02 ÷ 1 ÷ 2)
  EXPECT_THAT(a.difference, Optional(near(.4)));
  EXPECT_THAT(a.difference_low, Optional(near(.3)));  // the mean of a resample is .3, .4 or .5; ¼ of them are .3
  EXPECT_THAT(a.difference_high, Optional(near(.5)));
  EXPECT_EQ(scores.methods[0].metrics.at("comprehensiveness").rows, 3u);
  EXPECT_FALSE(scores.random.metrics.at("normalised_comprehensiveness").difference.has_value());
}

}  // namespace
}  // namespace limn
