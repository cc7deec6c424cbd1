#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <span>
#include <vector>

#include "explain/game.h"

namespace limn {

/// A Gaussian process over coalitions, fitted to known values of a game, whose Shapley values are known exactly.
///
/// A coalition is x ∈ {−1, 1}ⁿ (masked, present). F(x) = β₀ + Σ βᵢ xᵢ + g(x), where β is free (a flat prior, as in the
/// regression of KernelSHAP) and g, the interactions, has the covariance s² (∏ᵢ (1 + rᵢ xᵢ yᵢ) − 1 − Σᵢ rᵢ xᵢ yᵢ) ÷ c:
/// interactions of d units weigh as the d-th power of r, so few values suffice where they die out with the order. c is
/// the largest covariance, so that s² is the variance of g. rᵢ = ρ · |βᵢ ÷ max β|^γ: units that matter interact more. ρ
/// and γ maximise the restricted likelihood (Rasmussen and Williams 2006, 2.7 and 5.4). Shapley values are linear in F,
/// so that their posterior is normal, with a mean and a variance in closed form: those of a product over units are
/// ∫₀¹ ∏ dq (Owen 1972), a polynomial in q, integrated by Gauss's rule.
class CoalitionSurrogate {
 public:
  using Vector = Eigen::VectorXd;
  using Matrix = Eigen::MatrixXd;

  /// The posterior of the Shapley values.
  struct Values {
    std::vector<double> means, standard_errors;  ///< (units)
  };

  /// How fast interactions die out with the number of their units: ρ, γ above.
  struct Shape {
    double scale = 0.1, exponent = 0.5;  ///< ρ and γ
  };

  /// Fits the process. @param masks different coalitions, more than units + 1 @param values F of each
  /// @param shape kept from an earlier fit, or null: the most likely one of a grid
  CoalitionSurrogate(std::span<const Mask> masks, std::span<const double> values, const Shape* shape = nullptr);

  const Shape& shape() const { return shape_; }
  Values shapley_values() const;

  /// Chooses the candidates whose values would reduce the variances of the Shapley values most, one after the other.
  /// The choice depends on the known coalitions and the shape alone. @return indices of `count` candidates, or of all
  std::vector<std::size_t> most_informative(std::span<const Mask> candidates, std::size_t count) const;

 private:
  bool fit(const Shape& shape);
  void choose_shape();
  Matrix covariance(const Matrix& x, const Matrix& y) const;
  Matrix covariance_with_shapley(const Matrix& x) const;
  Vector prior_variance_of_shapley() const;

  Matrix x_;       // (values, units): −1 and 1
  Vector y_;       // (values)
  Vector slopes_;  // (units): β of the regression without g
  Shape shape_;
  Vector r_;               // (units)
  double largest_ = 1;     // c
  Matrix factor_;          // (values, values): the lower Cholesky factor of the covariance matrix
  Matrix basis_;           // (values, 1 + units): factor⁻¹ (1, x)
  Matrix basis_inverse_;   // (1 + units, 1 + units): (basisᵀ basis)⁻¹
  Vector coefficients_;    // (1 + units): β
  Vector residual_;        // (values): factor⁻¹ (y − (1, x) β)
  Matrix cross_;           // (values, units): factor⁻¹ times the covariances of the values with the Shapley values
  Matrix missed_;          // (1 + units, units): what cross does not explain of the Shapley values of (1, x) β
  double variance_ = 0;    // s²
  double likelihood_ = 0;  // restricted, logarithm
};

}  // namespace limn
