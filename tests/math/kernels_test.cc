#include "math/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "reference.h"

namespace limn {
namespace {

using reference::relative_error;
using reference::rounded;
using reference::to_float;
using reference::Vector;

// Single precision rounds to 6e-8; a sum of n numbers has a few times this error, and exp or erfc two or three units
// more.
constexpr double tolerance = 1e-6;

/// Every kernel case runs for every instruction set of this machine.
class KernelsTest : public testing::TestWithParam<const Kernels*> {
 protected:
  const Kernels& kernels() const { return *GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Isa, KernelsTest, testing::ValuesIn(available_kernels().begin(), available_kernels().end()),
                         [](const auto& info) {
                           std::string name(info.param->isa);
                           std::ranges::replace(name, '-', '_');  // names of tests have no hyphens
                           return name;
                         });

const std::size_t lengths[] = {2, 3, 7, 16, 31, 33, 64, 127, 384, 770};

TEST_P(KernelsTest, NormMatchesDefinition) {
  for (const std::size_t n : lengths) {
    const Vector x = rounded(reference::random(n, 1, 3)), w = rounded(reference::random(n, 2)),
                 b = rounded(reference::random(n, 3));
    for (const bool has_bias : {true, false}) {
      const auto xf = to_float(x), wf = to_float(w), bf = to_float(b);
      std::vector<float> y(n), x_hat(n);
      kernels().norm(xf.data(), wf.data(), has_bias ? bf.data() : nullptr, 1e-5f, n, y.data(), x_hat.data());
      EXPECT_LT(relative_error(y, reference::norm(x, w, has_bias ? b : Vector(), 1e-5)), 3 * tolerance) << n;
      EXPECT_LT(relative_error(x_hat, reference::norm(x, Vector(n, 1.), {}, 1e-5)), 3 * tolerance) << n;
    }
  }
}

TEST_P(KernelsTest, NormVjpMatchesFiniteDifferences) {
  for (const std::size_t n : lengths) {
    const Vector x = rounded(reference::random(n, 4)), w = rounded(reference::random(n, 5)),
                 u = rounded(reference::random(n, 6));
    // The norm of two numbers is almost their sign, so its derivative is proportional to epsilon, which is large here.
    const double epsilon = 0.1;
    const auto xf = to_float(x), wf = to_float(w);
    std::vector<float> y(n), x_hat(n), dx = to_float(u);
    const float inverse_deviation =
        kernels().norm(xf.data(), wf.data(), nullptr, static_cast<float>(epsilon), n, y.data(), x_hat.data());
    kernels().norm_vjp(dx.data(), wf.data(), x_hat.data(), inverse_deviation, n, dx.data());
    const Vector expected =
        reference::gradient([&](const Vector& v) { return reference::norm(v, w, {}, epsilon); }, x, u);
    EXPECT_LT(relative_error(dx, expected), 3 * tolerance) << n;
  }
}

struct ActivationCase {
  Activation activation;
  double (*value)(double);
};

const ActivationCase activation_cases[] = {
    {Activation::identity, [](double x) { return x; }},
    {Activation::gelu, [](double x) { return 0.5 * x * std::erfc(-x / std::numbers::sqrt2); }},
    {Activation::gelu_tanh,
     [](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x))); }},
    {Activation::relu, [](double x) { return std::max(0., x); }},
    {Activation::silu, [](double x) { return x / (1 + std::exp(-x)); }},
    {Activation::tanh, [](double x) { return std::tanh(x); }},
};

TEST_P(KernelsTest, ActivationsAndDerivativesMatchDefinitions) {
  for (const ActivationCase& test : activation_cases) {
    std::vector<float> x;
    for (float value = -13.03125f; value < 13; value += 0.0078125f)
      x.push_back(value);  // never 0, where relu has no derivative
    std::vector<float> y = x, derivative(x.size());
    kernels().activate(test.activation, y.data(), y.size(), derivative.data());
    std::vector<float> without_derivative = x;
    kernels().activate(test.activation, without_derivative.data(), x.size(), nullptr);
    double worst_value = 0, worst_derivative = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double at = x[i], h = 1e-3;
      const auto f = test.value;
      const double expected = (8 * (f(at + h) - f(at - h)) - (f(at + 2 * h) - f(at - 2 * h))) / (12 * h);
      // Errors are relative to at least 1, since later layers add values of this size.
      worst_value = std::max(worst_value, std::abs(y[i] - f(at)) / std::max(1., std::abs(f(at))));
      if (test.activation != Activation::relu || std::abs(at) > 3 * h)
        worst_derivative = std::max(worst_derivative, std::abs(derivative[i] - expected));
      EXPECT_FLOAT_EQ(y[i], without_derivative[i]);
    }
    EXPECT_LT(worst_value, 3e-7) << static_cast<int>(test.activation);
    EXPECT_LT(worst_derivative, 5e-7) << static_cast<int>(test.activation);
  }
}

TEST_P(KernelsTest, GeluIsAccurateFarBelowZero) {
  std::vector<float> x = {-1.f, -3.f, -5.f, -7.f};
  const std::vector<float> at = x;
  kernels().activate(Activation::gelu, x.data(), x.size(), nullptr);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = 0.5 * at[i] * std::erfc(-at[i] / std::numbers::sqrt2);
    EXPECT_NEAR(x[i] / expected, 1, 1e-5) << at[i];
  }
}

TEST_P(KernelsTest, ActivationsOfHugeNumbersAreFinite) {
  for (const ActivationCase& test : activation_cases) {
    std::vector<float> x = {-1e30f, -1e4f, -200.f, 200.f, 1e4f}, derivative(5);
    kernels().activate(test.activation, x.data(), x.size(), derivative.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_TRUE(std::isfinite(x[i])) << static_cast<int>(test.activation) << " " << i;
      EXPECT_TRUE(std::isfinite(derivative[i])) << static_cast<int>(test.activation) << " " << i;
    }
  }
}

TEST_P(KernelsTest, SoftmaxMatchesDefinition) {
  for (const std::size_t n :
       {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{16}, std::size_t{129}, std::size_t{513}}) {
    for (const double scale : {1., 10., 1e4}) {
      const Vector x = rounded(reference::random(n, 7, scale));
      auto p = to_float(x);
      kernels().softmax(p.data(), n);
      EXPECT_LT(relative_error(p, reference::softmax(x)), tolerance) << n;
    }
  }
}

TEST_P(KernelsTest, SoftmaxVjpMatchesFiniteDifferences) {
  for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{16}, std::size_t{129}}) {
    const Vector x = rounded(reference::random(n, 8)), u = rounded(reference::random(n, 9));
    const auto p = to_float(reference::softmax(x));
    auto dp = to_float(u);
    kernels().softmax_vjp(p.data(), dp.data(), n);
    const Vector expected = reference::gradient(reference::softmax, x, u);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(dp[i], expected[i], tolerance) << n;
  }
}

/// A kernel of several inputs, which are concatenated in a vector, and its vjp; both are compared with the definition.
struct KernelCase {
  const char* name;
  std::size_t inputs;  // rows of n numbers
  reference::Function forward;
  Vector (*run)(const Kernels&, const Vector& x, const Vector& dy, std::size_t n, bool backward);
};

constexpr double angle(std::size_t i) { return 0.7 * static_cast<double>(i) - 2; }

std::vector<float> angles(std::size_t count, double (*function)(double)) {
  std::vector<float> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(static_cast<float>(function(angle(i))));
  return result;
}

/// y = act(u) ∘ g with act(u) = u², whose derivative is 2u. Inputs: u, g.
Vector gated(const Vector& x) {
  Vector y;
  for (std::size_t i = 0; i < x.size() / 2; ++i) y.push_back(x[i] * x[i] * x[i + x.size() / 2]);
  return y;
}
Vector run_gate(const Kernels& kernels, const Vector& x, const Vector& dy, std::size_t n, bool backward) {
  std::vector<float> y, derivative, value(n), dg(n), g(x.begin() + static_cast<long>(n), x.end());
  for (std::size_t i = 0; i < n; ++i) {
    y.push_back(static_cast<float>(x[i] * x[i]));
    derivative.push_back(static_cast<float>(2 * x[i]));
  }
  std::vector<float> without_trace = y;
  kernels.gate(g.data(), n, without_trace.data(), nullptr, nullptr);
  kernels.gate(g.data(), n, y.data(), derivative.data(), value.data());
  EXPECT_EQ(y, without_trace);
  if (!backward) return {y.begin(), y.end()};
  std::vector<float> du = to_float(dy);
  kernels.gate_vjp(derivative.data(), value.data(), n, du.data(), dg.data());
  Vector dx(du.begin(), du.end());
  dx.insert(dx.end(), dg.begin(), dg.end());
  return dx;
}

/// The pairs (x[i], x[i + half]) as complex numbers, multiplied by e^(i · angle).
Vector rotated(const Vector& x) {
  const std::size_t half = x.size() / 2;
  Vector y(x.size());
  for (std::size_t i = 0; i < half; ++i) {
    const std::complex<double> product = std::complex(x[i], x[i + half]) * std::polar(1., angle(i));
    y[i] = product.real();
    y[i + half] = product.imag();
  }
  return y;
}
Vector run_rotate(const Kernels& kernels, const Vector& x, const Vector& dy, std::size_t n, bool backward) {
  const auto cosine = angles(n, std::cos), sine = angles(n, std::sin);
  std::vector<float> result = to_float(backward ? dy : x);
  (backward ? kernels.rotate_vjp : kernels.rotate)(cosine.data(), sine.data(), n, result.data());
  return {result.begin(), result.end()};
}

/// Inputs: a row, and a table with 3 columns. Element (5 i) mod 3 of the table's row i is added to element i of the
/// row; the others have the gradient 0.
constexpr std::size_t table_columns = 3;
std::vector<std::int32_t> indices(std::size_t n) {
  std::vector<std::int32_t> result;
  for (std::size_t i = 0; i < n; ++i) result.push_back(static_cast<std::int32_t>(5 * i % table_columns));
  return result;
}
Vector gathered(const Vector& x) {
  const std::size_t n = x.size() / (1 + table_columns);
  Vector y(x.begin(), x.begin() + static_cast<long>(n));
  for (std::size_t i = 0; i < n; ++i) y[i] += x[n + i * table_columns + 5 * i % table_columns];
  return y;
}
Vector run_gather(const Kernels& kernels, const Vector& x, const Vector& dy, std::size_t n, bool backward) {
  const std::vector<std::int32_t> index = indices(n);
  const std::vector<float> table(x.begin() + static_cast<long>(n), x.end());
  std::vector<float> y(x.begin(), x.begin() + static_cast<long>(n)), dtable(table.size(), 0.f);
  kernels.gather(table.data(), table_columns, index.data(), n, y.data());
  if (!backward) return {y.begin(), y.end()};
  const std::vector<float> given = to_float(dy);
  kernels.gather_vjp(given.data(), table_columns, index.data(), n, dtable.data());
  Vector dx = dy;
  dx.insert(dx.end(), dtable.begin(), dtable.end());
  return dx;
}

const KernelCase kernel_cases[] = {
    {"gate", 2, gated, run_gate},
    {"rotate", 2, rotated, run_rotate},
    {"gather", 1 + table_columns, gathered, run_gather},
};

TEST_P(KernelsTest, KernelsMatchDefinitionsAndFiniteDifferences) {
  for (const KernelCase& test : kernel_cases) {
    for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{8}, std::size_t{17}, std::size_t{64}}) {
      const Vector x = rounded(reference::random(test.inputs * n, 11));
      const Vector y = test.forward(x), u = rounded(reference::random(y.size(), 12));
      EXPECT_LT(relative_error(test.run(kernels(), x, u, n, false), y), tolerance) << test.name << " " << n;
      const Vector expected = reference::gradient(test.forward, x, u);
      EXPECT_LT(relative_error(test.run(kernels(), x, u, n, true), expected), tolerance) << test.name << " " << n;
    }
  }
}

TEST_P(KernelsTest, GatherWithStrideZeroReadsOneRow) {
  const std::vector<float> table = {1, 10, 100};
  const std::vector<std::int32_t> index = {2, 0, 2, 1};
  std::vector<float> y = {1, 2, 3, 4}, dtable(3, 0.f);
  kernels().gather(table.data(), 0, index.data(), 4, y.data());
  EXPECT_EQ(y, (std::vector<float>{101, 3, 103, 14}));
  const std::vector<float> dy = {1, 2, 3, 4};
  kernels().gather_vjp(dy.data(), 0, index.data(), 4, dtable.data());
  EXPECT_EQ(dtable, (std::vector<float>{2, 4, 4}));
}

TEST_P(KernelsTest, ActivateVjpAndAddAreElementwise) {
  std::vector<float> dy = {1, -2, 3};
  const std::vector<float> derivative = {0.5f, 2, 0};
  kernels().activate_vjp(dy.data(), derivative.data(), 3);
  EXPECT_EQ(dy, (std::vector<float>{0.5f, -4, 0}));
  kernels().add(derivative.data(), 3, dy.data());
  EXPECT_EQ(dy, (std::vector<float>{1, -2, 0}));
}

TEST_P(KernelsTest, WidenHalfIsExactForAllValues) {
  std::vector<std::uint16_t> halves(1 << 16);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
  std::vector<float> found(halves.size());
  kernels().widen_half(halves.data(), halves.size(), found.data());
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const int exponent = static_cast<int>(i >> 10 & 31), fraction = static_cast<int>(i & 1023);
    const float sign = (i & 0x8000) != 0 ? -1.f : 1.f;
    if (exponent == 31 && fraction != 0) {
      EXPECT_TRUE(std::isnan(found[i])) << i;
      continue;
    }
    const float magnitude = exponent == 31  ? std::numeric_limits<float>::infinity()
                            : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                            : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    ASSERT_EQ(found[i], sign * magnitude) << i;
    EXPECT_EQ(std::signbit(found[i]), sign < 0) << i;
  }
}

TEST(KernelChoiceTest, SelectsTheBestOfThisMachine) {
  EXPECT_EQ(available_kernels().back()->isa, "amx-emulated");  // for tests: the slowest of all
  if (std::getenv("LIMN_ISA") == nullptr) EXPECT_EQ(kernels().isa, available_kernels().front()->isa);
}

}  // namespace
}  // namespace limn
