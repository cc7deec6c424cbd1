#include "evaluate/significance.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace limn {
namespace {

double log_factorial(std::size_t n) { return std::lgamma(static_cast<double>(n) + 1); }

double log_choose(std::size_t n, std::size_t k) { return log_factorial(n) - log_factorial(k) - log_factorial(n - k); }

}  // namespace

double fisher_exact_greater(std::size_t drawn_wrong, std::size_t drawn, std::size_t wrong, std::size_t rows) {
  const double all = log_choose(rows, drawn);
  double p = 0;
  const std::size_t right = rows - wrong;
  for (std::size_t k = std::max(drawn_wrong, drawn > right ? drawn - right : 0); k <= std::min(drawn, wrong); ++k)
    p += std::exp(log_choose(wrong, k) + log_choose(right, drawn - k) - all);
  return std::min(p, 1.);
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  std::vector<double> q(p.size());
  double least = 1;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto tests = static_cast<double>(p.size()), rank = static_cast<double>(p.size() - i);
    least = std::min(least, p[order[i]] * tests / rank);
    q[order[i]] = least;
  }
  return q;
}

}  // namespace limn
