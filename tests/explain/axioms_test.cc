// Properties of methods that hold for every model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "explain/games.h"
#include "explain/golden_folder.h"
#include "explain/partition_shap.h"
#include "explain/perturbation.h"
#include "limn/limn.h"

namespace limn {
namespace {

using golden::distance;
using golden::largest;
using golden::scores;

const std::vector<std::string> texts = {"I love you, I like you", "Unbelievably bad!!! don't waste 3.5 hours"};

const Model& tiny() {
  static const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls");
  return model;
}

double sum(const std::vector<double>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.); }

TEST(SmoothGrad, EqualsTheGradientWithoutNoise) {
  using Statistic = SmoothGrad::Statistic;
  for (const std::string& text : texts) {
    // Not Reduce::sum: the layer norm that follows ignores a constant added to all elements, so the sums are zero.
    for (const Reduce how : {Reduce::l1, Reduce::l2, Reduce::mean_abs}) {
      const std::vector<double> gradient =
          scores(tiny().explain(text, Gradient{.reduce = how, .normalize = Normalize::none}));
      std::vector<double> squares;
      for (const double score : gradient) squares.push_back(score * score);
      const auto smooth = [&](Statistic statistic) {
        return scores(
            tiny().explain(text, SmoothGrad{.samples = 7, .sigma = 0, .statistic = statistic, .reduce = how}));
      };
      // Passes of other sizes round differently in single precision.
      EXPECT_LE(distance(smooth(Statistic::mean_gradient), gradient), 1e-5 * largest(gradient));
      EXPECT_LE(distance(smooth(Statistic::mean), gradient), 1e-5 * largest(gradient));
      EXPECT_LE(distance(smooth(Statistic::square), squares), 2e-5 * largest(squares));
      EXPECT_LE(largest(smooth(Statistic::variance)), 1e-9 * largest(squares));
    }
  }
}

TEST(SmoothGrad, ApproachesTheGradientAsTheNoiseVanishes) {
  for (const std::string& text : texts) {
    const std::vector<double> gradient =
        scores(tiny().explain(text, Gradient{.reduce = Reduce::l2, .normalize = Normalize::none}));
    double before = INFINITY;
    for (const double sigma : {0.03, 0.003, 0.0003}) {
      const double error = distance(scores(tiny().explain(text, SmoothGrad{.sigma = sigma})), gradient);
      EXPECT_LT(error, before / 3) << sigma;  // the error is of first order in sigma: a tenth each time
      before = error;
    }
    const auto variance = [&](double sigma) {
      return largest(
          scores(tiny().explain(text, SmoothGrad{.sigma = sigma, .statistic = SmoothGrad::Statistic::variance})));
    };
    EXPECT_LT(variance(0.0003), variance(0.003) / 30);  // second order
  }
}

TEST(SmoothGrad, SquareIsVariancePlusSquaredMean) {
  using Statistic = SmoothGrad::Statistic;
  const auto draws = [&](Statistic statistic) {
    return scores(tiny().explain(
        texts[0],
        SmoothGrad{.layer = Layer::embeddings(), .samples = 9, .statistic = statistic, .reduce = Reduce::sum}));
  };
  const std::vector<double> mean = draws(Statistic::mean), square = draws(Statistic::square),
                            variance = draws(Statistic::variance);
  std::vector<double> expected;  // the unbiased variance of the same nine draws
  for (std::size_t i = 0; i < mean.size(); ++i) expected.push_back((square[i] - mean[i] * mean[i]) * 9 / 8);
  EXPECT_LE(distance(variance, expected), 1e-9 * largest(square));
  EXPECT_LE(distance(draws(Statistic::mean_gradient), mean), 1e-5 * largest(mean));  // the reduction sum is linear
}

TEST(IntegratedGradients, Completeness) {
  std::size_t runs = 0, complete = 0;
  for (const std::string& text : texts) {
    for (const Scalar scalar :
         {Scalar::logit, Scalar::probability, Scalar::log_probability, Scalar::loss, Scalar::margin}) {
      for (const Baseline::Kind kind :
           {Baseline::Kind::pad, Baseline::Kind::zero, Baseline::Kind::mask, Baseline::Kind::mean}) {
        for (const Layer layer : {Layer::word(), Layer::embeddings(), Layer{2}}) {
          for (const bool keep_special : {false, true}) {
            const Explanation why =
                tiny().explain(text, IntegratedGradients{.explain = scalar,
                                                         .layer = layer,
                                                         .baseline = {.kind = kind, .keep_special = keep_special},
                                                         .tolerance = 0.001});
            const double change = why.value - *why.baseline_value;
            ++runs;
            if (!why.warnings.empty()) continue;  // the method warns if the tolerance was not met
            ++complete;
            EXPECT_NEAR(sum(scores(why)), change, 0.001 * std::abs(change) + 1e-5 * (1 + std::abs(why.value)));
          }
        }
      }
    }
  }
  EXPECT_EQ(runs, std::size(texts) * 5 * 4 * 3 * 2);
  EXPECT_GE(complete, runs * 3 / 4);
}

TEST(IntegratedGradients, EqualTheMeanGradientWithoutMultiplication) {
  // With one left Riemann step this is the gradient at the baseline; by default it is multiplied by the difference.
  const IntegratedGradients plain = {
      .steps = 1, .rule = IntegratedGradients::Rule::left_riemann, .multiply_input = false};
  const std::vector<double> at_pad = scores(tiny().explain(texts[0], plain));
  EXPECT_GT(std::abs(at_pad.front()), 0);  // [CLS] is the same at the baseline, but it has a gradient
  IntegratedGradients product = plain;
  product.multiply_input = true;
  EXPECT_EQ(scores(tiny().explain(texts[0], product)).front(), 0);
}

// ---- games ---------------------------------------------------------------------------------------------

/// Units 0 and 1 are symmetric, unit 4 is a dummy; interactions of pairs and a triple make the game non-additive.
double value(const Mask& mask) {
  const double a = mask[0], b = mask[1], c = mask[2], d = mask[3], f = mask[5];
  return 2 + a + b - 3 * c + 4 * a * b + 0.5 * (a + b) * d + 2 * c * d * f - f;
}

TEST(OwenValues, DummyPlayerAndSymmetry) {
  const PartitionTree tree = {.leaves = 6, .merges = {{0, 1, 2}, {2, 3, 2}, {4, 5, 2}, {6, 7, 4}, {9, 8, 6}}};
  std::vector<std::optional<std::size_t>> units;
  for (std::size_t u = 0; u < 6; ++u) units.emplace_back(u);
  Game game = game_of(6, value);
  const std::vector<double> found = owen_values(game, tree, units, 100000);
  EXPECT_NEAR(sum(found), game.all_present() - game.all_masked(), 1e-12);
  EXPECT_NEAR(found[4], 0, 1e-12);
  EXPECT_NEAR(found[0], found[1], 1e-12);  // they are siblings in the tree
}

/// Counts how often the true value lies within two standard errors.
TEST(ShapleySampling, StandardErrorsCoverTheTruth) {
  // Twelve units: a ring of pairs and one product of five, whose values are known.
  const PairGame pairs = pair_game(12);
  std::vector<double> truth = pairs.shapley();
  for (std::size_t u = 2; u < 7; ++u) truth[u] += 3. / 5;
  const Game untouched = game_of(12, [&](const Mask& mask) {
    double total = 0;
    for (std::size_t u = 0; u < 12; ++u) {
      if (mask[u]) total += pairs.weights[u];
      if (mask[u] && mask[(u + 1) % 12]) total += pairs.pairs[u];
    }
    return total + 3. * std::all_of(mask.begin() + 2, mask.begin() + 7, [](bool present) { return present; });
  });
  const auto coverage = [&](std::size_t permutations, double width) {
    double inside = 0;
    for (std::uint64_t seed = 0; seed < 80; ++seed) {
      Game game = untouched;
      const UnitScores found = score_units(game, ShapleySampling{.permutations = permutations, .seed = seed});
      for (std::size_t u = 0; u < 12; ++u)
        inside += std::abs(found.scores[u] - truth[u]) <= width * found.standard_errors[u] + 1e-9;
    }
    return inside / (80 * 12);
  };
  // 80 · 12 estimates, which are not independent: 0.03 is about four of their standard deviations.
  EXPECT_NEAR(coverage(200, 1.96), 0.95, 0.03);
  // With few orders the standard error itself is uncertain: Student's t with 24 degrees of freedom is 2.06, not 1.96.
  EXPECT_NEAR(coverage(25, 2.06), 0.95, 0.03);
}

}  // namespace
}  // namespace limn
