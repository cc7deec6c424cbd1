// Rank correlations. Expectations are from scipy 1.17.1 (kendalltau with variant 'b', spearmanr) or computed by hand.
#include "evaluate/correlation.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace limn {
namespace {

using Values = std::vector<double>;
constexpr double tolerance = 1e-14;

struct Case {
  Values a, b;
  double kendall, spearman;
};

TEST(Correlation, EqualsScipy) {
  const std::vector<Case> cases = {
      {{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}, 1, 1},
      {{1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}, -1, -1},
      {{1, 2}, {2, 1}, -1, -1},
      {{12, 2, 1, 12, 2}, {1, 4, 7, 1, 0}, -0.4714045207910316, -0.5407380704358752},
      {{1, 1, 2, 2, 3, 3}, {1, 2, 1, 2, 1, 2}, 0, 0},
      {{0.5, -0.25, 0, 0, 0.125, -3}, {0.1, 0.2, 0.2, 0.2, -0.3, 0.4}, -0.7715167498104596, -0.8932596002688613},
      {{1, 2, 3, 4, 5, 6, 7}, {2, 1, 4, 3, 7, 6, 5}, 0.5238095238095238, 0.7857142857142859},
      {{0, 0, 0, 1}, {0, 1, 0, 0}, -0.33333333333333337, -0.3333333333333333},
      {{1, 0, 0, 0}, {1, 0, 0, 0}, 1, 1},
      {{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}, {2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4}, 0.14757295747452434, 0.1384567651467695}};
  for (const auto& [a, b, kendall, spearman] : cases) {
    ASSERT_TRUE(kendall_tau_b(a, b) && spearman_rho(a, b));
    EXPECT_NEAR(*kendall_tau_b(a, b), kendall, tolerance);
    EXPECT_NEAR(*kendall_tau_b(b, a), kendall, tolerance);
    EXPECT_NEAR(*spearman_rho(a, b), spearman, tolerance);
    EXPECT_NEAR(*spearman_rho(b, a), spearman, tolerance);
  }
}

TEST(Correlation, ManyValuesWithTies) {
  Values a, b;
  for (int i = 0; i < 3000; ++i) {
    a.push_back(i * 7919 % 1009 / 8.0);
    b.push_back(static_cast<double>(static_cast<long long>(i) * 104729 % 997 - i % 13 * 40));
  }
  EXPECT_NEAR(kendall_tau_b(a, b).value(), 0.0020345902611264574, tolerance);
  EXPECT_NEAR(spearman_rho(a, b).value(), -0.002024807344163693, tolerance);
}

TEST(Correlation, EmptyIfUndefined) {
  for (const auto& [a, b] : std::vector<std::pair<Values, Values>>{
           {{}, {}}, {{1}, {2}}, {{1, 1, 1}, {1, 2, 3}}, {{1, 2, 3}, {7, 7, 7}}, {{0, -0.0}, {1, 2}}}) {
    EXPECT_EQ(kendall_tau_b(a, b), std::nullopt);
    EXPECT_EQ(spearman_rho(a, b), std::nullopt);
  }
}

Explanation with_words(std::vector<Word> words) {
  Explanation explanation;
  explanation.words = std::move(words);
  return explanation;
}

TEST(Correlation, WordsAreAlignedByTheirBytes) {
  // "New-York" is one word in a and three in b; "is" occurs in both sequences.
  const auto a = with_words({{0, 8, 0.9, 0}, {9, 11, 0.1, 0}, {12, 15, 0.5, 0}, {0, 2, 0.7, 1}, {3, 6, 0.2, 1}});
  const auto b =
      with_words({{0, 3, 1, 0}, {3, 4, 0, 0}, {4, 8, 2, 0}, {9, 11, 3, 0}, {12, 15, 4, 0}, {0, 2, 9, 1}, {3, 7, 5, 1}});
  const auto found = correlate_words(a, b);
  EXPECT_EQ(found.words, 3u);  // 0.1, 0.5, 0.7 and 3, 4, 9
  EXPECT_DOUBLE_EQ(found.kendall.value(), 1);
  EXPECT_DOUBLE_EQ(found.spearman.value(), 1);
  EXPECT_EQ(correlate_words(b, a).words, 3u);
}

TEST(Correlation, SkipsNonFiniteScores) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto a = with_words({{0, 1, 1, 0}, {2, 3, nan, 0}, {4, 5, 2, 0}});
  const auto b = with_words({{0, 1, 5, 0}, {2, 3, 6, 0}, {4, 5, 4, 0}});
  EXPECT_EQ(correlate_words(a, b).words, 2u);
  EXPECT_DOUBLE_EQ(correlate_words(a, b).kendall.value(), -1);
  const auto nothing = correlate_words(with_words({{0, 1, nan, 0}}), b);
  EXPECT_EQ(nothing.words, 0u);
  EXPECT_FALSE(nothing.kendall || nothing.spearman);
}

TEST(Correlation, ComparesMagnitudesIfOnlyOneIsSigned) {
  auto a = with_words({{0, 1, 1, 0}, {2, 3, 2, 0}, {4, 5, 3, 0}});
  auto b = with_words({{0, 1, -1, 0}, {2, 3, -2, 0}, {4, 5, -3, 0}});
  EXPECT_FALSE(correlate_words(a, b).magnitudes);
  EXPECT_DOUBLE_EQ(correlate_words(a, b).spearman.value(), -1);
  b.method.is_signed = true;
  EXPECT_TRUE(correlate_words(a, b).magnitudes);
  EXPECT_DOUBLE_EQ(correlate_words(a, b).spearman.value(), 1);
  EXPECT_DOUBLE_EQ(correlate_words(b, a).kendall.value(), 1);
  a.method.is_signed = true;
  EXPECT_DOUBLE_EQ(correlate_words(a, b).spearman.value(), -1);
}

}  // namespace
}  // namespace limn
