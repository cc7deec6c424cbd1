#include <random>
#include <vector>

#include "base/random.h"
#include "explain/game.h"
#include "explain/methods.h"

namespace limn {
namespace {

double variance(const std::vector<double>& values) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size());
}

}  // namespace

// Jansen (1999): with independent masks a and b, and a with unit u from b,
//   total order  S_u = Σ (F(a) − F(a with u from b))² / (2 n Var F)
//   first order  S_u = 1 − Σ (F(b) − F(a with u from b))² / (2 n Var F)
Attribution attribute(const Subject& subject, const Sobol& method) {
  Game game(subject, unit_tokens(subject, subject.options.unit), method.absent);
  const auto random_mask = [&](std::size_t draw) {
    auto engine = random_engine(method.seed, draw);
    std::bernoulli_distribution present(0.5);
    Mask mask(game.units());
    for (std::size_t u = 0; u < mask.size(); u++) mask[u] = present(engine);
    return mask;
  };
  std::vector<double> scores(game.units(), 0.), all;
  for (std::size_t draw = 0; draw < method.samples; draw++) {
    const Mask a = random_mask(2 * draw), b = random_mask(2 * draw + 1);
    std::vector<Mask> masks = {a, b};
    for (std::size_t u = 0; u < game.units(); u++) {
      masks.push_back(a);
      masks.back()[u] = b[u];
    }
    const std::vector<double> values = game.values(masks);
    all.insert(all.end(), {values[0], values[1]});
    for (std::size_t u = 0; u < game.units(); u++) {
      const double change = (method.total ? values[0] : values[1]) - values[2 + u];
      scores[u] += change * change / (2 * static_cast<double>(method.samples));
    }
  }
  const double spread = variance(all);
  for (double& score : scores) {
    if (spread > 0) score /= spread;
    if (!method.total) score = spread > 0 ? 1 - score : 0;
  }
  Attribution result;
  result.scores = game.spread(scores);
  result.passes = game.passes();
  result.numbers = {{"samples", static_cast<double>(method.samples)}};
  return result;
}

}  // namespace limn
