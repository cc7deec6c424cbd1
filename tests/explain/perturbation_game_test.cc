// The methods on games with known solutions.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "explain/games.h"
#include "explain/perturbation.h"

namespace limn {
namespace {

TEST(Game, EvaluatesEqualMasksOnce) {
  std::size_t calls = 0;
  Game game = game_of(3, [&](const Mask& mask) {
    ++calls;
    return mask[0] ? 1. : 2.;
  });
  const std::vector<Mask> masks = {mask_of("100"), mask_of("010"), mask_of("100"), mask_of("000")};
  EXPECT_EQ(game.values(masks), (std::vector<double>{1, 2, 1, 2}));
  EXPECT_EQ(game.values(masks), (std::vector<double>{1, 2, 1, 2}));
  EXPECT_EQ(game.all_masked(), 2);
  EXPECT_EQ(calls, 3u);
  EXPECT_EQ(game.evaluations(), 3u);
  game.set_known(mask_of("111"), 7);
  EXPECT_EQ(game.all_present(), 7);
  EXPECT_EQ(calls, 3u);
}

TEST(Game, ReportsProgress) {
  std::vector<std::pair<std::size_t, std::size_t>> reports;
  Game game(
      8, [](std::span<const Mask* const> masks) { return std::vector<double>(masks.size(), 0.); },
      [&](std::size_t done, std::size_t total) { reports.emplace_back(done, total); });
  std::vector<Mask> masks;
  for (unsigned bits = 0; bits < 150; ++bits) {
    masks.emplace_back(8);
    for (unsigned u = 0; u < 8; ++u) masks.back()[u] = (bits >> u & 1) != 0;
  }
  game.values(masks);
  EXPECT_EQ(reports, (std::vector<std::pair<std::size_t, std::size_t>>{{0, 150}, {64, 150}, {128, 150}, {150, 150}}));
  game.plan(500);
  game.all_present();
  EXPECT_EQ(reports.back(), (std::pair<std::size_t, std::size_t>{151, 500}));
}

TEST(Occlusion, AdditiveGame) {
  Game game = additive_game({1, -2, 0, 4}, 5);
  expect_near(score_units(game, Occlusion{}).scores, {1, -2, 0, 4}, 1e-12);
}

TEST(Occlusion, MeanOverTheWindowsThatContainTheUnit) {
  Game game = additive_game({1, -2, 0, 4}, 5);
  // Windows of two change F by −1, −2 and 4; the inner units are in two of them.
  const UnitScores pairs = score_units(game, Occlusion{.window = 2});
  expect_near(pairs.scores, {-1, -1.5, 1, 4}, 1e-12);
  EXPECT_EQ(pairs.numbers.at("window"), 2);
  EXPECT_TRUE(pairs.warnings.empty());
  // Windows of three: −1 and 2.
  expect_near(score_units(game, Occlusion{.window = 3}).scores, {-1, 0.5, 0.5, 2}, 1e-12);
  expect_near(score_units(game, Occlusion{.window = 4}).scores, {3, 3, 3, 3}, 1e-12);
}

TEST(Occlusion, LimitsTheWindowToTheText) {
  Game game = additive_game({1, -2, 0, 4}, 5);
  const UnitScores found = score_units(game, Occlusion{.window = 9});
  expect_near(found.scores, {3, 3, 3, 3}, 1e-12);
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_NE(found.warnings[0].find("9 units"), std::string::npos);
}

TEST(Rise, AdditiveGame) {
  // E[F | u present] = constant + p · Σ of the other weights + weight of u.
  Game game = additive_game({1, -2, 0, 4}, 5);
  const UnitScores half = score_units(game, Rise{.samples = 40000});
  expect_near(half.scores, {7, 5.5, 6.5, 8.5}, 0.1);
  const UnitScores most = score_units(game, Rise{.samples = 40000, .probability = 0.9});
  expect_near(most.scores, {7.8, 7.5, 7.7, 8.1}, 0.1);
  EXPECT_EQ(half.kind, UnitScores::Kind::not_additive);
}

TEST(Rise, UnitsThatAreNeverPresentHaveNoScore) {
  Game game = additive_game({1, 2}, 5);
  expect_near(score_units(game, Rise{.samples = 3, .probability = 1e-9}).scores, {0, 0}, 0);
}

TEST(Sobol, AdditiveGame) {
  // Var F = Σ w² / 4; without interactions, both orders are w² / Σ w².
  Game game = additive_game({1, -2, 0, 2}, 5);
  const std::vector<double> shares = {1. / 9, 4. / 9, 0, 4. / 9};
  expect_near(score_units(game, Sobol{.samples = 20000}).scores, shares, 0.02);
  expect_near(score_units(game, Sobol{.samples = 20000, .total = false}).scores, shares, 0.03);
  EXPECT_EQ(score_units(game, Sobol{}).scores[2], 0);  // a dummy's total order is zero in every sample
}

TEST(Sobol, PureInteraction) {
  // F = ±1 by the parity of two units: the first-order indices are 0, the total-order indices are 1.
  Game game = game_of(3, [](const Mask& mask) { return mask[0] == mask[1] ? 1. : -1.; });
  expect_near(score_units(game, Sobol{.samples = 20000, .total = false}).scores, {0, 0, 0}, 0.03);
  expect_near(score_units(game, Sobol{.samples = 20000}).scores, {1, 1, 0}, 0.03);
}

TEST(Sobol, StandardErrorsAreTheSpreadOverSeeds) {
  // Two of the units interact, so that no index is the same for every seed.
  const auto play = [](const Mask& mask) { return mask[0] + 0.5 * mask[1] + (mask[0] && mask[1] ? 1. : 0.); };
  constexpr std::uint64_t seeds = 400;
  for (const bool total : {true, false}) {
    std::vector<double> sums(2), squares(2), errors(2);
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      Game game = game_of(2, play);
      const UnitScores found = score_units(game, Sobol{.samples = 300, .total = total, .seed = seed});
      ASSERT_EQ(found.standard_errors.size(), 2U);
      for (std::size_t u = 0; u < 2; ++u) {
        sums[u] += found.scores[u];
        squares[u] += found.scores[u] * found.scores[u];
        errors[u] += found.standard_errors[u] / seeds;
      }
    }
    for (std::size_t u = 0; u < 2; ++u) {
      const double spread = std::sqrt((squares[u] - sums[u] * sums[u] / seeds) / (seeds - 1));
      // The standard deviation of 400 numbers has a relative error of 1 ÷ √800 = 0.035: four of these.
      EXPECT_NEAR(errors[u] / spread, 1, 0.14) << u << (total ? " total" : " first order");
    }
  }
}

TEST(Sobol, ConstantGameIsZero) {
  Game game = additive_game({0, 0}, 5);
  for (const bool total : {true, false}) expect_near(score_units(game, Sobol{.total = total}).scores, {0, 0}, 0);
}

}  // namespace
}  // namespace limn
