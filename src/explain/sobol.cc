#include <cstddef>
#include <random>
#include <utility>
#include <vector>

#include "base/random.h"
#include "explain/perturbation.h"

namespace limn {
namespace {

double variance(const std::vector<double>& values) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size());
}

}  // namespace

// Jansen (1999), with independent masks a and b, where "a with u from b" takes unit u from b:
//   total order  S_u = Σ (F(a) − F(a with u from b))² / (2 n Var F)
//   first order  S_u = 1 − Σ (F(b) − F(a with u from b))² / (2 n Var F)
UnitScores score_units(Game& game, const Sobol& method) {
  const std::size_t n = game.units(), row = n + 2;
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
  const std::vector<double> values = game.values(masks);
  std::vector<double> scores(n, 0.), independent;
  for (std::size_t draw = 0; draw < method.samples; ++draw) {
    const double* const of_draw = values.data() + draw * row;
    independent.insert(independent.end(), {of_draw[0], of_draw[1]});
    for (std::size_t u = 0; u < n; ++u) {
      const double change = of_draw[method.total ? 0 : 1] - of_draw[2 + u];
      scores[u] += change * change / (2 * static_cast<double>(method.samples));
    }
  }
  const double spread = variance(independent);
  for (double& score : scores) {
    if (spread > 0) score /= spread;
    if (!method.total) score = spread > 0 ? 1 - score : 0;
  }
  return {.kind = UnitScores::Kind::not_additive,
          .scores = std::move(scores),
          .numbers = {{"samples", static_cast<double>(method.samples)}, {"order", method.total ? 0. : 1.}}};
}

}  // namespace limn
