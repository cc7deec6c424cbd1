// Standard errors of expected gradients, and the end of drawing at a tolerance.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "limn/limn.h"

namespace limn::expected_gradients_test {
namespace {

const Model& tiny() {
  static const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls");
  return model;
}

const std::string text = "I love you, I like you";
const std::vector<std::string> background = {"a bad film", "an evening without an end"};

Explanation explain(const ExpectedGradients& method) { return tiny().explain(text, method); }

TEST(ExpectedGradients, StandardErrorsAreTheSpreadOverSeeds) {
  constexpr std::uint64_t seeds = 60;
  std::vector<double> sums, squares, variances;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Explanation why = explain({.background = background, .samples = 60, .seed = seed});
    sums.resize(why.words.size());
    squares.resize(why.words.size());
    variances.resize(why.words.size());
    for (std::size_t w = 0; w < why.words.size(); ++w) {
      const Word& word = why.words[w];
      ASSERT_TRUE(word.standard_error.has_value()) << w;
      sums[w] += word.score;
      squares[w] += word.score * word.score;
      variances[w] += *word.standard_error * *word.standard_error;
    }
  }
  ASSERT_GE(sums.size(), 6u);
  double ratio = 0;
  for (std::size_t w = 0; w < sums.size(); ++w) {
    const double spread = (squares[w] - sums[w] * sums[w] / seeds) / (seeds - 1);
    ratio += std::sqrt(variances[w] / seeds / spread) / static_cast<double>(sums.size());
  }
  EXPECT_NEAR(ratio, 1, 0.2);  // the spread of a word is known to 9 %, but words share their draws
}

TEST(ExpectedGradients, StopWithinTheTolerance) {
  constexpr double tolerance = 0.2;
  constexpr std::size_t most = 5000;
  const Explanation why = explain({.background = background, .samples = most, .tolerance = tolerance});
  const auto samples = static_cast<std::size_t>(why.method.numbers.at("samples"));
  EXPECT_LT(samples, most);
  double largest = 0, error = 0;
  for (const Word& word : why.words) {
    largest = std::max(largest, std::abs(word.score));
    error = std::max(error, word.standard_error.value());
  }
  EXPECT_LE(error, tolerance * largest);
  EXPECT_TRUE(why.warnings.empty());
  // They are the first draws of those without a tolerance.
  const Explanation all = explain({.background = background, .samples = samples});
  ASSERT_EQ(all.words.size(), why.words.size());
  for (std::size_t w = 0; w < all.words.size(); ++w)
    EXPECT_NEAR(why.words[w].score, all.words[w].score, 1e-5 * largest) << w;
}

TEST(ExpectedGradients, SayThatTheToleranceWasNotReached) {
  EXPECT_THAT(explain({.background = background, .samples = 40, .tolerance = 1e-6}).warnings,
              testing::Contains(testing::HasSubstr("the largest standard error is")));
}

}  // namespace
}  // namespace limn::expected_gradients_test
