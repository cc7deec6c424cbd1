#include "evaluate/correlation.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

namespace limn {
namespace {

std::uint64_t pairs(std::uint64_t count) { return count * (count - 1) / 2; }

/// Counts the pairs within runs of equal neighbours.
template <class Items>
std::uint64_t tied_pairs(const Items& items) {
  std::uint64_t tied = 0, run = 1;
  for (std::size_t i = 1; i <= items.size(); ++i)
    if (i < items.size() && items[i] == items[i - 1])
      ++run;
    else
      tied += pairs(std::exchange(run, 1));
  return tied;
}

/// Sorts values and counts the pairs that were in the wrong order.
std::uint64_t sort_and_count(std::span<double> values, std::span<double> space) {
  const std::size_t half = values.size() / 2;
  if (half == 0) return 0;
  std::uint64_t swaps =
      sort_and_count(values.first(half), space.first(half)) + sort_and_count(values.subspan(half), space.subspan(half));
  for (std::size_t i = 0, left = 0, right = half; i < values.size(); ++i) {
    const bool take_left = right == values.size() || (left < half && values[left] <= values[right]);
    if (!take_left) swaps += half - left;
    space[i] = values[take_left ? left++ : right++];
  }
  std::ranges::copy(space, values.begin());
  return swaps;
}

std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + end - 1) / 2;
  }
  return ranks;
}

}  // namespace

std::optional<double> kendall_tau_b(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  std::vector<std::pair<double, double>> both(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) both[i] = {a[i], b[i]};
  std::ranges::sort(both);
  std::vector<double> first, second, space(a.size());
  for (const auto& [x, y] : both) first.push_back(x), second.push_back(y);
  const std::uint64_t all = a.empty() ? 0 : pairs(a.size()), tied_a = tied_pairs(first), tied_both = tied_pairs(both);
  const std::uint64_t discordant = sort_and_count(second, space), tied_b = tied_pairs(second);
  if (tied_a == all || tied_b == all) return std::nullopt;
  const auto untied_a = static_cast<double>(all - tied_a), untied_b = static_cast<double>(all - tied_b);
  const double concordant = static_cast<double>(all + tied_both - tied_a - tied_b) - static_cast<double>(discordant);
  return std::clamp((concordant - static_cast<double>(discordant)) / std::sqrt(untied_a) / std::sqrt(untied_b), -1.0,
                    1.0);
}

std::optional<double> spearman_rho(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  const std::vector<double> x = mean_ranks(a), y = mean_ranks(b);
  const double middle = (static_cast<double>(a.size()) - 1) / 2;  // the mean of the ranks, which start at 0
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
    xy += (x[i] - middle) * (y[i] - middle);
  }
  if (xx == 0 || yy == 0) return std::nullopt;
  return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

RankCorrelation correlate_words(const Explanation& a, const Explanation& b) {
  const auto span = [](const Word& word) { return std::tuple(word.sequence, word.begin, word.end); };
  const bool magnitudes = a.method.is_signed != b.method.is_signed;
  const auto compared = [&](const Word& word) { return magnitudes ? std::abs(word.score) : word.score; };
  std::vector<double> x, y;
  for (auto left = a.words.begin(), right = b.words.begin(); left != a.words.end() && right != b.words.end();) {
    if (span(*left) < span(*right)) {
      ++left;
    } else if (span(*right) < span(*left)) {
      ++right;
    } else {
      if (std::isfinite(left->score) && std::isfinite(right->score))
        x.push_back(compared(*left)), y.push_back(compared(*right));
      ++left, ++right;
    }
  }
  return {.words = x.size(), .magnitudes = magnitudes, .kendall = kendall_tau_b(x, y), .spearman = spearman_rho(x, y)};
}

}  // namespace limn
