#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "explain/explainer.h"
#include "explain/games.h"
#include "explain/perturbation.h"
#include "explain/shapley.h"
#include "explain/subject.h"
#include "explain/surrogates/coalition_surrogate.h"

namespace limn::adaptive_shapley_test {
namespace {

using Sampling = KernelShap::Sampling;

double largest(const std::vector<double>& scores) {
  double most = 0;
  for (const double score : scores) most = std::max(most, std::abs(score));
  return most;
}

/// The largest error, as a fraction of the largest true value.
double error_of(const std::vector<double>& scores, const std::vector<double>& truth) {
  double most = 0;
  for (std::size_t u = 0; u < truth.size(); ++u) most = std::max(most, std::abs(scores.at(u) - truth[u]));
  return most / largest(truth);
}

/// Sixteen units: a ring of pairs and one product of five, whose Shapley values are known.
struct KnownGame {
  PairGame pairs = pair_game(16);

  Game game() const {
    return game_of(
        16,
        [*this](const Mask& mask) {
          double total = 0;
          for (std::size_t u = 0; u < 16; ++u) {
            if (mask[u]) total += pairs.weights[u];
            if (mask[u] && mask[(u + 1) % 16]) total += pairs.pairs[u];
          }
          return total + 3. * std::all_of(
                                  mask.begin() + 2, mask.begin() + 7, [](bool present) { return present; });
        });
  }
  std::vector<double> shapley() const {
    std::vector<double> truth = pairs.shapley();
    for (std::size_t u = 2; u < 7; ++u) truth[u] += 3. / 5;
    return truth;
  }
};

TEST(CoalitionSurrogate, IsExactWhereAllCoalitionsAreKnown) {
  // The process interpolates, so its Shapley values are those of the game, whatever its shape.
  const std::size_t units = 6;
  Game game = game_of(units, [](const Mask& mask) {
    double sum = 0;
    for (std::size_t u = 0; u < mask.size(); ++u) sum += mask[u] ? std::cos(3. * static_cast<double>(u)) : 0;
    return std::tanh(sum) + (mask[1] && mask[4] ? 0.5 : 0);
  });
  std::vector<Mask> masks;
  for (std::size_t bits = 0; bits < std::size_t{1} << units; ++bits) {
    Mask& mask = masks.emplace_back(units);
    for (std::size_t u = 0; u < units; ++u) mask[u] = (bits >> u & 1) != 0;
  }
  const std::vector<double> truth = exact_shapley(game);
  for (const CoalitionSurrogate::Shape shape : {CoalitionSurrogate::Shape{0.1, 0}, {0.3, 0.5}, {0.6, 1}}) {
    const auto found = CoalitionSurrogate(masks, game.values(masks), &shape).shapley_values();
    EXPECT_LE(error_of(found.means, truth), 1e-4) << shape.scale;  // the nugget is 1e-6 of the variance
    EXPECT_LE(largest(found.standard_errors), 0.01 * largest(truth)) << shape.scale;
  }
}

TEST(CoalitionSurrogate, PriorVarianceIsThatOfTheFormula) {
  // With the known values of an additive game, s² is 0, and so are all standard errors: β is exact.
  Game game = additive_game({1, -2, 0.5, 3}, 0.25);
  std::vector<Mask> masks;
  for (const unsigned bits : {0u, 1u, 2u, 4u, 8u, 15u, 6u, 9u}) {
    Mask& mask = masks.emplace_back(4);
    for (std::size_t u = 0; u < 4; ++u) mask[u] = (bits >> u & 1) != 0;
  }
  const auto found = CoalitionSurrogate(masks, game.values(masks)).shapley_values();
  expect_near(found.means, {1, -2, 0.5, 3}, 1e-9);
  EXPECT_LE(largest(found.standard_errors), 1e-6);
}

TEST(AdaptiveSampling, NeedsAThirdOfTheSamplesOfRandomPairs) {
  const KnownGame known;
  const std::vector<double> truth = known.shapley();
  const auto mean_error = [&](Sampling sampling, std::size_t samples) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      Game game = known.game();
      const UnitScores found = score_units(game, {.samples = samples, .seed = seed, .sampling = sampling});
      EXPECT_LE(game.evaluations(), samples + 2);
      sum += error_of(found.scores, truth) / 6;
    }
    return sum;
  };
  EXPECT_LE(mean_error(Sampling::adaptive, 120), mean_error(Sampling::kernel, 360));
}

TEST(AdaptiveSampling, StopsAtTheTolerance) {
  const KnownGame known;
  std::size_t before = std::numeric_limits<std::size_t>::max();
  for (const double tolerance : {0.02, 0.05, 0.2}) {
    Game game = known.game();
    const UnitScores found =
        score_units(game, {.samples = 1000, .sampling = Sampling::adaptive, .tolerance = tolerance});
    EXPECT_TRUE(found.warnings.empty());
    EXPECT_LE(relative_standard_error(found), tolerance);
    EXPECT_LE(error_of(found.scores, known.shapley()), 4 * tolerance);
    EXPECT_LE(game.evaluations(), before);
    before = game.evaluations();
  }
  EXPECT_LT(before, 200u);
}

TEST(AdaptiveSampling, SaysThatTheToleranceIsNotReached) {
  const KnownGame known;
  for (const Sampling sampling : {Sampling::kernel, Sampling::leverage, Sampling::adaptive}) {
    Game game = known.game();
    const UnitScores found = score_units(game, {.samples = 70, .sampling = sampling, .tolerance = 1e-6});
    ASSERT_EQ(found.warnings.size(), 1u);
    EXPECT_NE(found.warnings[0].find("standard error"), std::string::npos) << found.warnings[0];
  }
  Game game = known.game();
  EXPECT_EQ(score_units(game, ShapleySampling{.permutations = 12, .tolerance = 1e-6}).warnings.size(), 1u);
}

TEST(AdaptiveSampling, FewSamplesFallBackToRandomPairs) {
  const KnownGame known;
  Game game = known.game();
  const UnitScores found = score_units(game, {.samples = 10, .sampling = Sampling::adaptive});
  EXPECT_EQ(found.scores.size(), 16u);
  ASSERT_EQ(found.warnings.size(), 2u);
  EXPECT_NE(found.warnings[0].find("too few"), std::string::npos);
  EXPECT_NE(found.warnings[1].find("at least 32 samples"), std::string::npos) << found.warnings[1];
}

TEST(AdaptiveSampling, TooManyUnitsFallBackToRandomPairs) {
  Game game = additive_game(std::vector<double>(1001, 0.5));
  const UnitScores found = score_units(game, {.samples = 2100, .sampling = Sampling::adaptive});
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_NE(found.warnings[0].find("1001 units are too many"), std::string::npos) << found.warnings[0];
  EXPECT_NEAR(std::accumulate(found.scores.begin(), found.scores.end(), 0.), 1001 * 0.5, 1e-6);  // efficiency
}

TEST(AdaptiveSampling, LeverageSamplingIsUnbiased) {
  const KnownGame known;
  const std::vector<double> truth = known.shapley();
  constexpr std::size_t seeds = 20;
  std::vector<double> mean(16, 0.), variance(16, 0.);  // of the mean
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    Game game = known.game();
    const UnitScores found = score_units(game, {.samples = 2000, .seed = seed, .sampling = Sampling::leverage});
    for (std::size_t u = 0; u < 16; ++u) {
      mean[u] += found.scores[u] / seeds;
      variance[u] += found.standard_errors[u] * found.standard_errors[u] / (seeds * seeds);
    }
  }
  for (std::size_t u = 0; u < 16; ++u) EXPECT_NEAR(mean[u], truth[u], 4 * std::sqrt(variance[u])) << u;
}

TEST(AdaptiveSampling, ErrorIsWithinFivePercentOnABundledModel) {
  const Explainer explainer(load_pipeline(std::filesystem::path(LIMN_SOURCE_DIR) / "models/minilm-l6-sentiment"));
  const Input input = {.text = "A thin plot, but a witty cast saves it.", .pair = {}};
  const auto check = [&](const Subject& subject, const TargetInfo&) {
    const Units units = units_of(subject, Unit::word);
    ASSERT_EQ(units.size(), 11u);
    Game all = masking_game(subject, units, Masking::mask);
    const std::vector<double> truth = exact_shapley(all);
    Game game = masking_game(subject, units, Masking::mask);
    const UnitScores found = adaptive_shapley(game, {.sampling = Sampling::adaptive, .tolerance = 0.02});
    EXPECT_LE(game.evaluations(), 150u);  // of 2,048
    EXPECT_LE(error_of(found.scores, truth), 0.05);
  };
  bool is_checked = false;
  for_each_subject(explainer, input, {}, Scalar::logit, false, {}, nullptr,
                   [&](const Subject& subject, const TargetInfo& info) {
                     check(subject, info);
                     is_checked = true;
                   });
  EXPECT_TRUE(is_checked);
}

}  // namespace
}  // namespace limn::adaptive_shapley_test
