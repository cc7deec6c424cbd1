#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <random>
#include <vector>

/// Independent definitions in double precision, written for clarity, with which the kernels are compared.

namespace limn::reference {

using Vector = std::vector<double>;
using Function = std::function<Vector(const Vector&)>;

/// Normal deviates from a fixed seed.
inline Vector random(std::size_t n, unsigned seed, double scale = 1) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal(0, scale);
  Vector x(n);
  for (double& value : x) value = normal(engine);
  return x;
}

inline std::vector<float> to_float(const Vector& x) { return {x.begin(), x.end()}; }

/// Rounds the values to float, so that errors do not include the rounding of inputs.
inline Vector rounded(const Vector& x) {
  const std::vector<float> single(x.begin(), x.end());
  return {single.begin(), single.end()};
}

/// Normal deviates that float holds exactly, in both precisions.
struct Deviates {
  Vector exact;
  std::vector<float> single;
  explicit Deviates(std::size_t n, unsigned seed, double scale = 1)
      : exact(rounded(random(n, seed, scale))), single(to_float(exact)) {}
};

inline double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

inline double largest(const Vector& x) {
  double result = 0;
  for (const double value : x) result = std::max(result, std::abs(value));
  return result;
}

/// max |a − b| ÷ max |b|.
template <class A>
double relative_error(const A& a, const Vector& b) {
  double worst = 0;
  for (std::size_t i = 0; i < b.size(); ++i) worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b[i]));
  return worst / std::max(largest(b), 1e-300);
}

/// ∂⟨u, f(x)⟩/∂x by central differences of fourth order: error ≈ h⁴ = 1e-12 for smooth f of unit scale.
inline Vector gradient(const Function& f, const Vector& x, const Vector& u) {
  const double h = 1e-3;
  Vector result(x.size());
  Vector moved = x;
  const auto at = [&](std::size_t i, double step) {
    moved[i] = x[i] + step;
    const double value = dot(u, f(moved));
    moved[i] = x[i];
    return value;
  };
  for (std::size_t i = 0; i < x.size(); ++i)
    result[i] = (8 * (at(i, h) - at(i, -h)) - (at(i, 2 * h) - at(i, -2 * h))) / (12 * h);
  return result;
}

inline Vector norm(const Vector& x, const Vector& w, const Vector& b, double epsilon) {
  const auto n = static_cast<double>(x.size());
  double mean = 0, variance = 0;
  for (const double value : x) mean += value / n;
  for (const double value : x) variance += (value - mean) * (value - mean) / n;
  Vector y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    y[i] = (x[i] - mean) / std::sqrt(variance + epsilon) * w[i] + (b.empty() ? 0 : b[i]);
  return y;
}

inline Vector softmax(Vector x) {
  double top = x[0], sum = 0;
  for (const double value : x) top = std::max(top, value);
  for (double& value : x) sum += value = std::exp(value - top);
  for (double& value : x) value /= sum;
  return x;
}

/// Attention of one sequence: qkv (T, 3C) → (T, C).
inline Vector attention(const Vector& qkv, std::size_t length, std::size_t hidden_size, std::size_t heads) {
  const std::size_t width = hidden_size / heads;
  Vector y(length * hidden_size, 0.);
  const auto q = [&](std::size_t t, std::size_t part, std::size_t c) {
    return qkv[t * 3 * hidden_size + part * hidden_size + c];
  };
  for (std::size_t head = 0; head < heads; ++head) {
    for (std::size_t i = 0; i < length; ++i) {
      Vector p(length, 0.);
      for (std::size_t j = 0; j < length; ++j)
        for (std::size_t d = head * width; d < (head + 1) * width; ++d)
          p[j] += q(i, 0, d) * q(j, 1, d) / std::sqrt(static_cast<double>(width));
      p = softmax(p);
      for (std::size_t j = 0; j < length; ++j)
        for (std::size_t d = head * width; d < (head + 1) * width; ++d) y[i * hidden_size + d] += p[j] * q(j, 2, d);
    }
  }
  return y;
}

}  // namespace limn::reference
