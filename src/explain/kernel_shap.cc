#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "base/random.h"
#include "explain/game.h"
#include "explain/methods.h"
#include "explain/shapley.h"

namespace limn {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// A random coalition whose size k has probability ∝ (n − 1) / (k (n − k)): the Shapley kernel times the number of
/// coalitions of that size. Every coalition drawn this way has the same weight in the regression.
Mask kernel_mask(std::size_t n, std::mt19937_64& engine) {
  std::vector<double> weights;
  for (std::size_t k = 1; k < n; k++) weights.push_back(1 / (static_cast<double>(k) * static_cast<double>(n - k)));
  const std::size_t size = std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(engine) + 1;
  Mask mask(n, false);
  std::fill_n(mask.begin(), size, true);
  std::shuffle(mask.begin(), mask.end(), engine);
  return mask;
}

struct Estimate {
  std::vector<double> scores, errors;
};

/// Least squares of F(mask) − F(none) on the masks under Σ scores = F(all) − F(none). The last unit's score follows from the
/// others'. Errors: the sandwich estimator, with a mask and its complement as one observation.
Estimate regress(const std::vector<Mask>& masks, const std::vector<double>& values, double none, double all) {
  const auto n = static_cast<Eigen::Index>(masks.front().size()), free = n - 1, rows = static_cast<Eigen::Index>(masks.size());
  Matrix x(rows, free);
  Vector y(rows);
  for (Eigen::Index i = 0; i < rows; i++) {
    const Mask& mask = masks[static_cast<std::size_t>(i)];
    const double last = mask.back() ? 1 : 0;
    for (Eigen::Index j = 0; j < free; j++) x(i, j) = (mask[static_cast<std::size_t>(j)] ? 1. : 0.) - last;
    y(i) = values[static_cast<std::size_t>(i)] - none - last * (all - none);
  }
  Matrix normal = x.transpose() * x;
  normal.diagonal().array() += 1e-9 * static_cast<double>(rows);  // fewer masks than units: the smallest solution
  const Eigen::LDLT<Matrix> solver(normal);
  const Vector score = solver.solve(x.transpose() * y);
  const Vector residual = y - x * score;
  Matrix pairs(rows / 2, free);
  for (Eigen::Index p = 0; p < rows / 2; p++) pairs.row(p) = residual(2 * p) * x.row(2 * p) + residual(2 * p + 1) * x.row(2 * p + 1);
  const Matrix half = solver.solve(pairs.transpose());  // (free, pairs): its rows' squares add up to the variances

  Estimate result;
  for (Eigen::Index j = 0; j < free; j++) {
    result.scores.push_back(score(j));
    result.errors.push_back(half.row(j).norm());
  }
  result.scores.push_back(all - none - score.sum());
  result.errors.push_back(half.colwise().sum().norm());
  return result;
}

}  // namespace

Attribution attribute(const Subject& subject, const KernelShap& method) {
  const auto units = unit_tokens(subject, subject.options.unit);
  Game game(subject, units, method.absent);
  const std::size_t n = game.units();
  const double none = game.all_absent(), all = subject.value;
  Attribution result;
  if (n <= most_exact_units) {
    result.scores = game.spread(exact_shapley(game));
  } else {
    std::vector<Mask> masks;
    for (std::size_t pair = 0; pair < (method.samples + 1) / 2; pair++) {
      auto engine = random_engine(method.seed, pair);
      masks.push_back(kernel_mask(n, engine));
      masks.push_back(masks.back());
      masks.back().flip();
    }
    const Estimate estimate = regress(masks, game.values(masks), none, all);
    result.scores = game.spread(estimate.scores);
    result.standard_errors = errors_at_first_tokens(subject.encoding.size(), units, estimate.errors);
    result.numbers = {{"samples", static_cast<double>(masks.size())}};
  }
  const double total = std::accumulate(result.scores.begin(), result.scores.end(), 0.);
  result.baseline_value = none;
  result.completeness_error = std::abs(total - (all - none));
  result.passes = game.passes();
  return result;
}

}  // namespace limn
