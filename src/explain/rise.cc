#include <random>
#include <utility>
#include <vector>

#include "base/random.h"
#include "explain/perturbation.h"

namespace limn {

UnitScores score_units(Game& game, const Rise& method) {
  std::vector<Mask> masks;
  for (std::size_t draw = 0; draw < method.samples; ++draw) {
    auto engine = random_engine(method.seed, draw);
    std::bernoulli_distribution present(method.probability);
    Mask mask(game.units());
    for (std::size_t u = 0; u < mask.size(); ++u) mask[u] = present(engine);
    masks.push_back(std::move(mask));
  }
  const std::vector<double> values = game.values(masks);
  std::vector<double> scores(game.units(), 0.);
  for (std::size_t u = 0; u < game.units(); ++u) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < masks.size(); ++i)
      if (masks[i][u]) {
        scores[u] += values[i];
        ++count;
      }
    if (count > 0) scores[u] /= static_cast<double>(count);
  }
  return {.kind = UnitScores::Kind::not_additive,
          .scores = std::move(scores),
          .numbers = {{"samples", static_cast<double>(method.samples)}, {"probability", method.probability}}};
}

}  // namespace limn
