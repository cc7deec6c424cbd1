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

/// Coalitions, each followed by its complement, and the weight of each pair in the regression.
struct Pairs {
  std::vector<Mask> masks;
  std::vector<double> weights;

  /// Draws a coalition. By the kernel, its size k has probability ∝ 1 ÷ (k (n − k)), the Shapley kernel times the
  /// number of coalitions of that size; coalitions drawn this way have equal weights in the regression. By leverage,
  /// all sizes are equally likely, and the weights make up for it.
  void draw(std::size_t n, KernelShap::Sampling sampling, std::mt19937_64 engine) {
    const bool by_kernel = sampling == KernelShap::Sampling::kernel;
    const auto kernel = [n](std::size_t k) { return 1 / (static_cast<double>(k) * static_cast<double>(n - k)); };
    std::vector<double> probabilities;
    for (std::size_t k = 1; k < n; ++k) probabilities.push_back(by_kernel ? kernel(k) : 1);
    const std::size_t size =
        std::discrete_distribution<std::size_t>(probabilities.begin(), probabilities.end())(engine) + 1;
    Mask mask(n, false);
    std::fill_n(mask.begin(), size, true);
    std::shuffle(mask.begin(), mask.end(), engine);
    masks.push_back(mask);
    mask.flip();
    masks.push_back(std::move(mask));
    weights.push_back(by_kernel ? 1 : kernel(size) / kernel(1));
  }
};

/// Fits F(mask) − F(none) on masks by least squares under the constraint Σ scores = F(all) − F(none). Each mask is
/// paired with its complement. The constraint eliminates the last unit: its score is the remainder. The rows of a mask
/// and its complement are then opposite, so a pair is one observation, half the difference of the two values. Standard
/// errors use the sandwich estimator, because the residuals of a game neither are independent of the mask nor have
/// equal variance, with a correction for the degrees of freedom.
/// @param values F(mask) of the first masks, at least one pair
UnitScores regress(const Pairs& sample, std::span<const double> values, double change) {
  const auto n = static_cast<Eigen::Index>(sample.masks.front().size()), free = n - 1;
  const auto pairs = static_cast<Eigen::Index>(values.size() / 2);
  Matrix x(pairs, free);
  Vector y(pairs);
  for (Eigen::Index i = 0; i < pairs; ++i) {
    const auto at = 2 * static_cast<std::size_t>(i);
    const Mask& mask = sample.masks[at];
    const double last = mask.back() ? 1 : 0;
    for (Eigen::Index j = 0; j < free; ++j) x(i, j) = (mask[static_cast<std::size_t>(j)] ? 1. : 0.) - last;
    y(i) = (values[at] - values[at + 1]) / 2 - (last - 0.5) * change;
  }
  const Matrix weighted = (Eigen::Map<const Vector>(sample.weights.data(), pairs).asDiagonal() * x).transpose();
  Matrix normal = weighted * x;
  normal.diagonal().array() += 1e-9 * static_cast<double>(pairs);  // with fewer pairs than units: minimum norm
  const Eigen::LDLT<Matrix> solver(normal);
  const Vector score = solver.solve(weighted * y);
  UnitScores result = {.kind = UnitScores::Kind::complete,
                       .scores = {score.begin(), score.end()},
                       .numbers = {{"samples", static_cast<double>(2 * pairs)}}};
  result.scores.push_back(change - score.sum());
  if (pairs > free) {
    const Vector residual = y - x * score;
    const Matrix influence = solver.solve(weighted * residual.asDiagonal());  // (free, pairs)
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
  const bool is_adaptive = method.sampling == KernelShap::Sampling::adaptive;
  const std::size_t least = least_adaptive_samples(n);
  if (is_adaptive && least <= std::min(method.samples, most_adaptive_samples)) return adaptive_shapley(game, method);
  const std::size_t pairs = (method.samples + 1) / 2;
  Pairs sample;
  for (std::size_t pair = 0; pair < pairs; ++pair) sample.draw(n, method.sampling, random_engine(method.seed, pair));
  game.plan(2 * pairs + 2);
  const double change = game.all_present() - game.all_masked();
  const auto so_far = [&](std::span<const double> some) {
    return some.size() / 2 >= n ? regress(sample, some, change) : UnitScores();  // fewer have no standard errors
  };
  // With few pairs the standard errors themselves are uncertain.
  UnitScores found =
      sample_until(method.tolerance, {.least = 4 * n, .step = 64, .most = 2 * pairs}, [&](std::size_t count) {
        return regress(sample, game.values(std::span(sample.masks).first(count), so_far), change);
      });
  if (is_adaptive)
    found.warnings.push_back(
        least > most_adaptive_samples
            ? fmt::format("{} units are too many for adaptive sampling: coalitions are drawn by leverage", n)
            : fmt::format("adaptive sampling needs at least {} samples: coalitions are drawn by leverage", least));
  return found;
}

}  // namespace limn
