#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "base/random.h"
#include "explain/perturbation.h"
#include "explain/shapley.h"

namespace limn {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// Draws a coalition whose size k has probability ∝ (n − 1) / (k (n − k)): the Shapley kernel times the number of
/// coalitions of that size. Coalitions drawn this way have equal weights in the regression.
Mask kernel_mask(std::size_t n, std::mt19937_64& engine) {
  std::vector<double> weights;
  for (std::size_t k = 1; k < n; ++k) weights.push_back(1 / (static_cast<double>(k) * static_cast<double>(n - k)));
  const std::size_t size = std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(engine) + 1;
  Mask mask(n, false);
  std::fill_n(mask.begin(), size, true);
  std::shuffle(mask.begin(), mask.end(), engine);
  return mask;
}

/// Fits F(mask) − F(none) on masks by least squares under the constraint Σ scores = F(all) − F(none). Each mask is
/// paired with its complement. The constraint eliminates the last unit: its score is the remainder. The rows of a mask
/// and its complement are then opposite, so a pair is one observation, half the difference of the two values. Standard
/// errors use the sandwich estimator, because the residuals of a game neither are independent of the mask nor have
/// equal variance, with a correction for the degrees of freedom.
/// @param masks each followed by its complement @param values F(mask) of the first masks, at least one pair
UnitScores regress(const std::vector<Mask>& masks, std::span<const double> values, double change) {
  const auto n = static_cast<Eigen::Index>(masks.front().size()), free = n - 1;
  const auto pairs = static_cast<Eigen::Index>(values.size() / 2);
  Matrix x(pairs, free);
  Vector y(pairs);
  for (Eigen::Index i = 0; i < pairs; ++i) {
    const auto at = 2 * static_cast<std::size_t>(i);
    const Mask& mask = masks[at];
    const double last = mask.back() ? 1 : 0;
    for (Eigen::Index j = 0; j < free; ++j) x(i, j) = (mask[static_cast<std::size_t>(j)] ? 1. : 0.) - last;
    y(i) = (values[at] - values[at + 1]) / 2 - (last - 0.5) * change;
  }
  Matrix normal = x.transpose() * x;
  normal.diagonal().array() += 1e-9 * static_cast<double>(pairs);  // with fewer pairs than units: minimum norm
  const Eigen::LDLT<Matrix> solver(normal);
  const Vector score = solver.solve(x.transpose() * y);
  UnitScores result = {.kind = UnitScores::Kind::complete, .scores = {score.begin(), score.end()}};
  result.scores.push_back(change - score.sum());
  if (pairs > free) {
    const Vector residual = y - x * score;
    const Matrix influence = solver.solve(x.transpose() * residual.asDiagonal());  // (free, pairs)
    const double correction = std::sqrt(static_cast<double>(pairs) / static_cast<double>(pairs - free));
    for (Eigen::Index j = 0; j < free; ++j) result.standard_errors.push_back(correction * influence.row(j).norm());
    result.standard_errors.push_back(correction * influence.colwise().sum().norm());
  } else {
    result.warnings.push_back(fmt::format("{} samples are too few for {} units: use at least {}", 2 * pairs, n, 4 * n));
  }
  return result;
}

}  // namespace

UnitScores score_units(Game& game, const KernelShap& method) {
  const std::size_t n = game.units();
  if (n <= most_exact_units) return {.kind = UnitScores::Kind::complete, .scores = exact_shapley(game)};
  const std::size_t pairs = (method.samples + 1) / 2;
  std::vector<Mask> masks;  // each followed by its complement
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    auto engine = random_engine(method.seed, pair);
    masks.push_back(kernel_mask(n, engine));
    masks.push_back(masks.back());
    masks.back().flip();
  }
  game.plan(2 * pairs + 2);
  const double change = game.all_present() - game.all_masked();
  const std::vector<double> values = game.values(masks, [&](std::span<const double> some) {
    return some.size() / 2 >= n ? regress(masks, some, change) : UnitScores();  // fewer have no standard errors
  });
  UnitScores result = regress(masks, values, change);
  result.numbers = {{"samples", static_cast<double>(2 * pairs)}};
  return result;
}

}  // namespace limn
