// Statistics of SmoothGrad's draws and their standard errors, on synthetic gradients.
#include "explain/noisy_draws.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace limn {
namespace {

using Statistic = SmoothGrad::Statistic;

std::vector<double> as_they_are(const std::vector<double>& scores) { return scores; }

Mat matrix(std::size_t rows, std::size_t columns, const std::vector<float>& values) {
  Mat result(rows, columns);
  for (std::size_t i = 0; i < values.size(); ++i) result.row(0)[i] = values[i];
  return result;
}

void add(NoisyDraws& draws, const Mat& gradient) { draws.add(gradient, draws.count()); }

// The jackknife of a mean is s ÷ √n; of 1, 2, 4 and 9: s² = (9 + 4 + 0 + 25) ÷ 3.
TEST(NoisyDraws, ErrorOfAMeanIsItsUsualOne) {
  for (const Statistic statistic : {Statistic::mean_gradient, Statistic::mean}) {
    NoisyDraws draws({.samples = 4, .statistic = statistic, .reduce = Reduce::sum}, 1, 2);
    for (const float value : {1.F, 2.F, 4.F, 9.F}) add(draws, matrix(1, 2, {value, 0}));
    EXPECT_NEAR(draws.scores().at(0), 4, 1e-12);
    EXPECT_NEAR(draws.standard_errors(as_they_are).at(0), std::sqrt(38. / 3 / 4), 1e-6);
  }
}

// Squares 1, 4, 16, 81 have the mean 25.5 and s² = (24.5² + 21.5² + 9.5² + 55.5²) ÷ 3.
TEST(NoisyDraws, ErrorOfAMeanSquare) {
  NoisyDraws draws({.samples = 4, .statistic = Statistic::square, .reduce = Reduce::sum}, 1, 1);
  for (const float value : {1.F, 2.F, 4.F, 9.F}) add(draws, matrix(1, 1, {value}));
  EXPECT_NEAR(draws.scores().at(0), 25.5, 1e-9);
  EXPECT_NEAR(draws.standard_errors(as_they_are).at(0), std::sqrt((600.25 + 462.25 + 90.25 + 3080.25) / 3 / 4), 1e-6);
}

// Two tokens whose scores cancel have a sum that is known exactly.
TEST(NoisyDraws, ErrorsAreOfWordsNotOfTokens) {
  NoisyDraws draws({.samples = 5, .statistic = Statistic::mean, .reduce = Reduce::sum}, 2, 1);
  for (const float value : {1.F, 2.F, 4.F, 9.F, -3.F}) add(draws, matrix(2, 1, {value, 6 - value}));
  const auto sum = [](const std::vector<double>& scores) { return std::vector<double>{scores[0] + scores[1]}; };
  EXPECT_NEAR(draws.standard_errors(sum).at(0), 0, 1e-12);
  EXPECT_GT(draws.standard_errors(as_they_are).at(0), 1);
}

TEST(NoisyDraws, ErrorsAreTheSpreadOverSeeds) {
  constexpr std::size_t seeds = 400, samples = 50, columns = 8;
  for (const Statistic statistic :
       {Statistic::mean_gradient, Statistic::mean, Statistic::square, Statistic::variance}) {
    std::mt19937_64 engine(7);
    std::normal_distribution<float> normal(0.7F, 1);
    double sum = 0, squares = 0, variance = 0;
    for (std::size_t seed = 0; seed < seeds; ++seed) {
      NoisyDraws draws({.samples = samples, .statistic = statistic, .reduce = Reduce::l2}, 1, columns);
      for (std::size_t draw = 0; draw < samples; ++draw) {
        Mat gradient(1, columns);
        for (std::size_t j = 0; j < columns; ++j) gradient(0, j) = normal(engine);
        draws.add(gradient, draw);
      }
      const double score = draws.scores().at(0);
      sum += score;
      squares += score * score;
      variance += std::pow(draws.standard_errors(as_they_are).at(0), 2) / seeds;
    }
    const double spread = (squares - sum * sum / seeds) / (seeds - 1);
    EXPECT_NEAR(std::sqrt(variance / spread), 1, 0.12) << static_cast<int>(statistic);  // three standard deviations
  }
}

TEST(NoisyDraws, FewDrawsAndLongInputsHaveNoErrors) {
  NoisyDraws draws({.samples = 20}, 1, 1);
  add(draws, matrix(1, 1, {1}));
  EXPECT_TRUE(draws.standard_errors(as_they_are).empty());
  add(draws, matrix(1, 1, {3}));
  EXPECT_NEAR(draws.standard_errors(as_they_are).at(0), 1, 1e-6);  // s = √2, n = 2
  NoisyDraws long_input({.samples = 20}, 8192, 768);
  add(long_input, Mat(8192, 768));
  add(long_input, Mat(8192, 768));
  EXPECT_TRUE(long_input.standard_errors(as_they_are).empty());
  EXPECT_EQ(long_input.scores().size(), 8192U);
}

}  // namespace
}  // namespace limn
