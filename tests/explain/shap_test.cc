#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "explain/games.h"
#include "explain/perturbation.h"
#include "explain/shapley.h"
#include "explain/surrogates/lime.h"
#include "limn/error.h"

namespace limn {
namespace {

TEST(Shapley, GloveGame) {
  // A glove game: one left glove (0), two right ones (1, 2); a pair is worth 1. Shapley values: 2/3, 1/6, 1/6.
  Game game = game_of(3, [](const Mask& mask) { return mask[0] && (mask[1] || mask[2]) ? 1. : 0.; });
  expect_near(exact_shapley(game), {2. / 3, 1. / 6, 1. / 6}, 1e-15);
}

TEST(Shapley, AirportGame) {
  // Littlechild and Owen 1973: the cost of a runway is that of its largest plane; each plane pays an equal part of
  // every segment that it uses.
  const std::vector<double> needs = {1, 2, 4, 7};
  Game game = game_of(4, [&](const Mask& mask) {
    double cost = 0;
    for (std::size_t u = 0; u < 4; ++u) cost = std::max(cost, mask[u] ? needs[u] : 0);
    return cost;
  });
  const double first = 1. / 4, second = first + 1. / 3, third = second + 2. / 2, fourth = third + 3;
  expect_near(exact_shapley(game), {first, second, third, fourth}, 1e-14);
}

/// Every method that estimates Shapley values, with enough samples for a small game.
std::vector<UnitScores (*)(Game&)> shapley_methods() {
  using Sampling = KernelShap::Sampling;
  return {[](Game& game) { return score_units(game, KernelShap{.samples = 600}); },
          [](Game& game) { return score_units(game, KernelShap{.samples = 600, .sampling = Sampling::leverage}); },
          [](Game& game) { return score_units(game, KernelShap{.samples = 300, .sampling = Sampling::adaptive}); },
          [](Game& game) { return score_units(game, KernelShap{.sampling = Sampling::adaptive, .tolerance = 0.05}); },
          [](Game& game) { return score_units(game, ShapleySampling{.permutations = 200, .tolerance = 0.1}); },
          [](Game& game) { return score_units(game, ShapleySampling{.permutations = 200}); },
          [](Game& game) { return score_units(game, ShapleySampling{.exact = game.units() <= most_exact_units}); }};
}

TEST(Shapley, Axioms) {
  for (const std::size_t units : {1u, 2u, 7u, 12u, 15u}) {
    // Units 0 and 1 are symmetric; the last unit is a dummy.
    const auto value = [](const Mask& mask) {
      double sum = 1;
      for (std::size_t u = 2; u + 1 < mask.size(); ++u) sum += mask[u] ? std::sin(static_cast<double>(u)) : 0;
      const int twins = int{mask[0]} + (mask.size() > 2 ? int{mask[1]} : 0);
      return sum + (mask.size() > 1 ? std::sqrt(twins) * (mask.size() > 4 && mask[3] ? 2 : 1) : 0.);
    };
    for (const auto method : shapley_methods()) {
      Game game = game_of(units, value);
      const UnitScores found = method(game);
      EXPECT_EQ(found.kind, UnitScores::Kind::complete);
      ASSERT_EQ(found.scores.size(), units);
      // Efficiency holds exactly for each estimate; the other axioms up to the estimate's error.
      const double total = std::accumulate(found.scores.begin(), found.scores.end(), 0.);
      EXPECT_NEAR(total, game.all_present() - game.all_masked(), 1e-12);
      const auto tolerance = [&](std::size_t unit) {
        return found.standard_errors.empty() ? 1e-12 : 4 * found.standard_errors[unit] + 1e-9;
      };
      EXPECT_NEAR(found.scores[units - 1], 0, tolerance(units - 1) + (units == 1 ? 1. : 0.));
      if (units > 2) EXPECT_NEAR(found.scores[0], found.scores[1], tolerance(0) + tolerance(1));
    }
  }
}

TEST(Shapley, DummyPlayerInASingleOrder) {
  Game game = additive_game({1, 0, -2, 0.5}, 3);
  const UnitScores found = score_units(game, ShapleySampling{.permutations = 1});
  expect_near(found.scores, {1, 0, -2, 0.5}, 1e-15);
  EXPECT_TRUE(found.standard_errors.empty());  // one order has no standard error
}

TEST(Shapley, ExactRejectsTooManyUnits) {
  Game game = additive_game(std::vector<double>(13, 1.));
  try {
    score_units(game, ShapleySampling{.exact = true});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().found, "13 units");
    EXPECT_EQ(error.parts().expected, "at most 12");
  }
  EXPECT_EQ(game.evaluations(), 0u);
}

TEST(Sampling, ReportsScoresSoFar) {
  const PairGame pairs = pair_game(14);
  const double change = [&] {
    Game game = pairs.game();
    return game.all_present() - game.all_masked();
  }();
  const auto check = [&](const auto& method) {
    Game game = pairs.game(), quiet = pairs.game();
    std::size_t reports = 0;
    game.on_partial([&](const UnitScores& some) {
      ++reports;
      ASSERT_EQ(some.scores.size(), 14U);
      ASSERT_EQ(some.standard_errors.size(), 14U);
      // Scores of any number of samples add up to F(all) − F(none).
      EXPECT_NEAR(std::accumulate(some.scores.begin(), some.scores.end(), 0.), change, 1e-6);
      for (const double error : some.standard_errors) EXPECT_GE(error, 0);
    });
    const UnitScores found = score_units(game, method), expected = score_units(quiet, method);
    EXPECT_GE(reports, 1U);
    EXPECT_EQ(found.scores, expected.scores);
    EXPECT_EQ(found.standard_errors, expected.standard_errors);
  };
  check(KernelShap{.samples = 600});
  check(ShapleySampling{.permutations = 200});
}

/// Returns the last scores so far.
template <class Method>
UnitScores last_so_far(Game game, const Method& method) {
  UnitScores last;
  game.on_partial([&](const UnitScores& some) { last = some; });
  const UnitScores found = score_units(game, method);
  EXPECT_EQ(found.standard_errors.size(), found.scores.size());
  return last;
}

TEST(Sampling, OtherMethodsReportScoresSoFar) {
  const PairGame pairs = pair_game(14);
  EXPECT_EQ(last_so_far(pairs.game(), Lime{.samples = 600}).standard_errors.size(), 14U);
  EXPECT_EQ(last_so_far(pairs.game(), Rise{.samples = 600}).standard_errors.size(), 14U);
}

// F is 1, 2, 4 or 9 by the size of the mask: the mean of those with the unit, and s ÷ √n, by hand.
TEST(Rise, StandardErrorIsThatOfAMean) {
  const std::vector<double> of_size = {1, 2, 4, 9};
  Game game(3, [&](std::span<const Mask* const> asked) {
    std::vector<double> values;
    for (const Mask* mask : asked) values.push_back(of_size[static_cast<std::size_t>(std::ranges::count(*mask, true))]);
    return values;
  });
  const UnitScores found = score_units(game, Rise{.samples = 40000});
  // With the unit, two others are present or not: 2, 4, 4 or 9, of mean 4.75 and variance 6.6875.
  for (std::size_t u = 0; u < 3; ++u) {
    EXPECT_NEAR(found.scores[u], 4.75, 0.06);
    EXPECT_NEAR(found.standard_errors[u], std::sqrt(6.6875 / 20000), 0.0005);
  }
}

TEST(KernelShap, IsExactUpToTwelveUnits) {
  for (const std::size_t units : {1u, 2u, 3u, 12u}) {
    const PairGame pairs = pair_game(units);
    Game game = pairs.game(), again = pairs.game();
    const UnitScores found = score_units(game, KernelShap{.samples = 1});
    EXPECT_EQ(found.scores, exact_shapley(again));
    EXPECT_TRUE(found.standard_errors.empty());
    if (units > 2) expect_near(found.scores, pairs.shapley(), 1e-12);
  }
}

TEST(KernelShap, AdditiveGameIsExactWithFewSamples) {
  std::vector<double> truth;
  for (std::size_t u = 0; u < 20; ++u) truth.push_back(std::sin(static_cast<double>(u)));
  Game game = additive_game(truth, 2);
  const UnitScores found = score_units(game, KernelShap{.samples = 200});
  expect_near(found.scores, truth, 1e-6);
  expect_near(found.standard_errors, std::vector<double>(20, 0.), 1e-6);
}

/// Returns how often the true value lies within two standard errors, over seeds and units.
template <class Method>
double coverage(const Game& untouched, const std::vector<double>& truth, Method method) {
  double inside = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Game game = untouched;
    method.seed = seed;
    const UnitScores found = score_units(game, method);
    for (std::size_t u = 0; u < truth.size(); ++u) {
      inside += std::abs(found.scores[u] - truth[u]) <= 1.96 * found.standard_errors[u] + 1e-9;  // some are exact
      ++all;
    }
  }
  return inside / all;
}

/// F with interactions of all orders and known Shapley values: products of disjoint blocks of units, each divided into
/// equal parts, and pairs.
struct BlockGame {
  static constexpr std::size_t units = 16;
  static double value(const Mask& mask) {
    double sum = 0;
    const auto all = [&](std::size_t begin, std::size_t end) {
      bool present = true;
      for (std::size_t u = begin; u < end; ++u) present = present && mask[u];
      return present ? 1. : 0.;
    };
    for (std::size_t u = 0; u < units; ++u) sum += mask[u] ? 0.1 * static_cast<double>(u) : 0;
    return sum + 3 * all(0, 3) - 2 * all(3, 5) + 4 * all(5, 9) + all(9, 10) - 2 * all(8, 12) + 5 * all(12, 15);
  }
  static std::vector<double> shapley() {
    std::vector<double> truth(units);
    const auto add = [&](std::size_t begin, std::size_t end, double worth) {
      for (std::size_t u = begin; u < end; ++u) truth[u] += worth / static_cast<double>(end - begin);
    };
    for (std::size_t u = 0; u < units; ++u) truth[u] = 0.1 * static_cast<double>(u);
    add(0, 3, 3), add(3, 5, -2), add(5, 9, 4), add(9, 10, 1), add(8, 12, -2), add(12, 15, 5);
    return truth;
  }
};

TEST(KernelShap, StandardErrorsCoverTheTruth) {
  const Game game = game_of(BlockGame::units, &BlockGame::value);
  // The expected value is 0.95. 60 · 16 estimates, which are not independent: 0.03 is about four standard deviations.
  EXPECT_NEAR(coverage(game, BlockGame::shapley(), KernelShap{.samples = 400}), 0.95, 0.03);
  EXPECT_NEAR(coverage(game, BlockGame::shapley(), KernelShap{.samples = 2000}), 0.95, 0.03);
}

TEST(KernelShap, WarnsOfTooFewSamples) {
  const PairGame pairs = pair_game(30);
  Game game = pairs.game();
  const UnitScores found = score_units(game, KernelShap{.samples = 20});
  EXPECT_EQ(found.warnings.size(), 1u);
  EXPECT_TRUE(found.standard_errors.empty());
  EXPECT_NEAR(std::accumulate(found.scores.begin(), found.scores.end(), 0.), game.all_present() - game.all_masked(),
              1e-9);
  EXPECT_TRUE(score_units(game, KernelShap{.samples = 200}).warnings.empty());
}

TEST(KernelShap, RoundsSamplesUpToPairs) {
  const PairGame pairs = pair_game(13);
  Game game = pairs.game(), other = pairs.game();
  const UnitScores found = score_units(game, KernelShap{.samples = 99});
  EXPECT_EQ(found.numbers.at("samples"), 100);
  EXPECT_EQ(found.scores, score_units(other, KernelShap{.samples = 100}).scores);
}

}  // namespace
}  // namespace limn
