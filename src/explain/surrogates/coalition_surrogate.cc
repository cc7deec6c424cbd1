#include "explain/surrogates/coalition_surrogate.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <optional>

#include "math/quadrature.h"

namespace limn {
namespace {

using Surrogate = CoalitionSurrogate;

Surrogate::Matrix signs(std::span<const Mask> masks) {
  const std::size_t units = masks.empty() ? 0 : masks.front().size();
  Surrogate::Matrix x(static_cast<Eigen::Index>(masks.size()), static_cast<Eigen::Index>(units));
  for (std::size_t i = 0; i < masks.size(); ++i)
    for (std::size_t u = 0; u < units; ++u)
      x(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(u)) = masks[i][u] ? 1 : -1;
  return x;
}

Surrogate::Matrix with_ones(const Surrogate::Matrix& x) {
  Surrogate::Matrix result(x.rows(), x.cols() + 1);
  result.col(0).setOnes();
  result.rightCols(x.cols()) = x;
  return result;
}

/// Of ∫₀¹ dq, exact up to 128 units.
const std::vector<Node>& unit_interval(std::size_t units) {
  static const std::array rules = {gauss_legendre(8), gauss_legendre(16), gauss_legendre(64)};
  return units <= 16 ? rules[0] : units <= 32 ? rules[1] : rules[2];
}

}  // namespace

CoalitionSurrogate::CoalitionSurrogate(std::span<const Mask> masks, std::span<const double> values, const Shape* shape)
    : x_(signs(masks)), y_(Eigen::Map<const Vector>(values.data(), static_cast<Eigen::Index>(values.size()))) {
  assert(masks.size() == values.size() && x_.rows() > x_.cols() + 1);
  const Matrix basis = with_ones(x_);
  slopes_ = basis.colPivHouseholderQr().solve(y_).tail(x_.cols()).cwiseAbs();
  if (!shape || !fit(*shape)) choose_shape();
  cross_ = factor_.triangularView<Eigen::Lower>().solve(covariance_with_shapley(x_));
  missed_ = -basis_.transpose() * cross_;
  missed_.bottomRows(r_.size()).diagonal().array() += 2;
}

/// Fits the most likely shape of a grid.
void CoalitionSurrogate::choose_shape() {
  std::optional<Shape> best;
  double likelihood = 0;
  for (const double exponent : {0., 0.5, 1.})
    for (const double scale : {0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6})
      if (const Shape candidate = {scale, exponent}; fit(candidate) && (!best || likelihood_ > likelihood)) {
        best = candidate;
        likelihood = likelihood_;
      }
  fit(best.value_or(Shape()));
}

/// @return whether the covariance matrix is positive definite in double precision
bool CoalitionSurrogate::fit(const Shape& shape) {
  // Rounding in single precision adds about this variance, relative to that of the interactions.
  constexpr double nugget = 1e-6, least_relevance = 0.03;
  shape_ = shape;
  const double most = std::max(slopes_.maxCoeff(), 1e-300);
  r_ = (slopes_ / most).cwiseMax(least_relevance).array().pow(shape.exponent) * shape.scale;
  largest_ = (1 + r_.array()).prod() - 1 - r_.sum();
  Matrix k = covariance(x_, x_);
  k.diagonal().array() += nugget;
  const Eigen::LLT<Matrix> cholesky(k);
  if (cholesky.info() != Eigen::Success) return false;
  factor_ = cholesky.matrixL();
  const auto lower = factor_.triangularView<Eigen::Lower>();
  basis_ = lower.solve(with_ones(x_));
  const Eigen::LLT<Matrix> normal(basis_.transpose() * basis_);
  if (normal.info() != Eigen::Success) return false;
  basis_inverse_ = normal.solve(Matrix::Identity(basis_.cols(), basis_.cols()));
  const Vector whitened = lower.solve(y_);
  coefficients_ = basis_inverse_ * (basis_.transpose() * whitened);
  residual_ = whitened - basis_ * coefficients_;
  const auto freedom = static_cast<double>(x_.rows() - basis_.cols());
  variance_ = residual_.squaredNorm() / freedom;
  likelihood_ = -freedom / 2 * std::log(std::max(variance_, 1e-300)) - factor_.diagonal().array().log().sum() -
                normal.matrixLLT().diagonal().array().log().sum();
  return true;
}

/// @return (rows of x, rows of y), divided by s²
CoalitionSurrogate::Matrix CoalitionSurrogate::covariance(const Matrix& x, const Matrix& y) const {
  // log(1 + r x y) is (log(1 + r) + log(1 − r)) ÷ 2 + x y (log(1 + r) − log(1 − r)) ÷ 2
  const Vector same = r_.array().log1p(), other = (-r_).array().log1p();
  const Vector half_difference = (same - other) / 2;
  Matrix k = (x * half_difference.asDiagonal()) * y.transpose();
  k.array() += (same + other).sum() / 2;
  k = k.array().exp() - 1;
  k -= (x * r_.asDiagonal()) * y.transpose();
  return k / largest_;
}

/// Covariances of g at each coalition with the Shapley values of g. @return (rows of x, units), divided by s²
CoalitionSurrogate::Matrix CoalitionSurrogate::covariance_with_shapley(const Matrix& x) const {
  const Matrix rx = x * r_.asDiagonal();
  Matrix result = Matrix::Zero(x.rows(), x.cols());
  const std::vector<Node>& rule = unit_interval(static_cast<std::size_t>(x.cols()));
  for (std::size_t i = 0; i < rule.size(); ++i) {
    const Matrix expected = 1 + (2 * rule[i].x - 1) * rx.array();  // of each factor if units join with probability q
    const Vector product = expected.rowwise().prod();
    result.array() += 2 * rule[i].weight * rx.array() * (product.asDiagonal() * expected.cwiseInverse()).array();
  }
  return (result - 2 * rx) / largest_;
}

/// @return (units), divided by s²
CoalitionSurrogate::Vector CoalitionSurrogate::prior_variance_of_shapley() const {
  Vector result = Vector::Zero(r_.size());
  const std::vector<Node>& rule = unit_interval(static_cast<std::size_t>(r_.size()));
  for (std::size_t i = 0; i < rule.size(); ++i)
    for (std::size_t j = 0; j < rule.size(); ++j) {
      const Vector expected = 1 + (2 * rule[i].x - 1) * (2 * rule[j].x - 1) * r_.array();
      result += 4 * rule[i].weight * rule[j].weight * expected.prod() * r_.cwiseQuotient(expected);
    }
  return (result - 4 * r_) / largest_;
}

CoalitionSurrogate::Values CoalitionSurrogate::shapley_values() const {
  const Vector means = 2 * coefficients_.tail(r_.size()) + cross_.transpose() * residual_;
  const Vector variances = prior_variance_of_shapley() - cross_.colwise().squaredNorm().transpose() +
                           (missed_.array() * (basis_inverse_ * missed_).array()).colwise().sum().matrix().transpose();
  const Vector errors = (variance_ * variances.cwiseMax(0)).cwiseSqrt();
  return {.means = {means.begin(), means.end()}, .standard_errors = {errors.begin(), errors.end()}};
}

std::vector<std::size_t> CoalitionSurrogate::most_informative(std::span<const Mask> candidates,
                                                              std::size_t count) const {
  const Matrix x = signs(candidates);
  const auto lower = factor_.triangularView<Eigen::Lower>();
  const Matrix known = lower.solve(covariance(x_, x));              // (values, candidates)
  const Matrix missed = with_ones(x) - known.transpose() * basis_;  // (candidates, 1 + units)
  const Matrix explained = missed * basis_inverse_;
  Matrix between = covariance(x, x) - known.transpose() * known + explained * missed.transpose();
  Matrix with_shapley = covariance_with_shapley(x) - known.transpose() * cross_ + explained * missed_;
  std::vector<std::size_t> chosen;
  while (chosen.size() < std::min(count, candidates.size())) {
    constexpr double least_variance = 1e-6;  // below it, a value is known already
    Eigen::Index best = 0;
    const double gain =
        (with_shapley.rowwise().squaredNorm().array() * (between.diagonal().array() > least_variance).cast<double>() /
         between.diagonal().array().max(least_variance))
            .maxCoeff(&best);
    if (!(gain > 0)) break;
    chosen.push_back(static_cast<std::size_t>(best));
    const double deviation = std::sqrt(between(best, best));
    const Vector column = between.col(best) / deviation;
    const Eigen::RowVectorXd row = with_shapley.row(best) / deviation;
    between -= column * column.transpose();
    with_shapley -= column * row;
  }
  return chosen;
}

}  // namespace limn
