#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "base/random.h"
#include "explain/perturbation.h"

namespace limn {
namespace {

// Jansen (1999), with independent masks a and b, where "a with u from b" takes unit u from b:
//   total order  S_u = Σ (F(a) − F(a with u from b))² / (2 n Var F)
//   first order  S_u = 1 − Σ (F(b) − F(a with u from b))² / (2 n Var F)
/// The indices by the draws whose values are known, (draws, units + 2), and their standard errors: those of a ratio of
/// two means, to first order.
UnitScores indices(std::span<const double> values, std::size_t units, bool total) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const std::size_t row = units + 2, draws = values.size() / row;
  const auto count = static_cast<double>(draws);
  double mean = 0, spread = 0;
  for (std::size_t draw = 0; draw < draws; ++draw) mean += (values[draw * row] + values[draw * row + 1]) / (2 * count);
  std::vector<double> spreads;  // of each draw; their mean is the variance of F
  for (std::size_t draw = 0; draw < draws; ++draw) {
    const double a = values[draw * row] - mean, b = values[draw * row + 1] - mean;
    spreads.push_back((a * a + b * b) / 2);
    spread += spreads.back() / count;
  }
  UnitScores result = {.kind = UnitScores::Kind::not_additive, .scores = {}};
  for (std::size_t u = 0; u < units && draws > 0; ++u) {
    const auto part = [&](std::size_t draw) {
      const double change = values[draw * row + (total ? 0 : 1)] - values[draw * row + 2 + u];
      return change * change / 2;
    };
    double share = 0, squares = 0;
    for (std::size_t draw = 0; draw < draws && spread > 0; ++draw) share += part(draw) / (count * spread);
    for (std::size_t draw = 0; draw < draws && spread > 0; ++draw)
      squares += std::pow((part(draw) - share * spreads[draw]) / spread, 2);
    result.scores.push_back(total || spread == 0 ? share : 1 - share);
    result.standard_errors.push_back(draws > 1 ? std::sqrt(squares / (count - 1) / count) : unknown);
  }
  return result;
}

}  // namespace

UnitScores score_units(Game& game, const Sobol& method) {
  const std::size_t n = game.units();
  std::vector<Mask> masks;  // (samples, n + 2): a, b, and a with each unit from b
  for (std::size_t draw = 0; draw < method.samples; ++draw) {
    auto engine = random_engine(method.seed, draw);
    std::bernoulli_distribution present(0.5);
    Mask a(n), b(n);
    for (std::size_t u = 0; u < n; ++u) {
      a[u] = present(engine);
      b[u] = present(engine);
    }
    masks.push_back(a);
    masks.push_back(b);
    for (std::size_t u = 0; u < n; ++u) {
      masks.push_back(a);
      masks.back()[u] = b[u];
    }
  }
  const auto so_far = [&](std::span<const double> some) { return indices(some, n, method.total); };
  UnitScores result = indices(game.values(masks, so_far), n, method.total);
  result.numbers = {{"samples", static_cast<double>(method.samples)}, {"order", method.total ? 0. : 1.}};
  return result;
}

}  // namespace limn
