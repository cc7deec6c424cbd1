#include "math/quadrature.h"

#include <cmath>
#include <numbers>

namespace limn {

std::vector<Node> gauss_legendre(std::size_t count) {
  const auto n = static_cast<double>(count);
  std::vector<Node> nodes(count);
  for (std::size_t i = 0; i < count; ++i) {
    // Newton's method for the roots of the Legendre polynomial P_n on [−1, 1], starting at Tricomi's estimate.
    double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5)), derivative = 0;
    for (int round = 0; round < 100; ++round) {
      double p = 1, before = 0;  // P_k and P_(k−1)
      for (std::size_t k = 1; k <= count; ++k) {
        const auto degree = static_cast<double>(k);
        const double next = ((2 * degree - 1) * x * p - (degree - 1) * before) / degree;
        before = p;
        p = next;
      }
      derivative = n * (x * p - before) / (x * x - 1);
      const double step = p / derivative;
      x -= step;
      if (std::abs(step) < 1e-15) break;
    }
    nodes[count - 1 - i] = {.x = (1 + x) / 2, .weight = 1 / ((1 - x * x) * derivative * derivative)};
  }
  return nodes;
}

}  // namespace limn
