#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "explain/perturbation.h"

namespace limn {

UnitScores score_units(Game& game, const Occlusion& method) {
  const std::size_t n = game.units(), window = std::min(method.window, n), windows = n - window + 1;
  std::vector<Mask> masks(windows, Mask(n, true));
  for (std::size_t w = 0; w < windows; ++w)
    for (std::size_t u = w; u < w + window; ++u) masks[w][u] = false;
  const double all = game.all_present();
  const std::vector<double> values = game.values(masks);

  UnitScores result = {.scores = std::vector<double>(n, 0.)};
  for (std::size_t u = 0; u < n; ++u) {
    const std::size_t first = u + 1 > window ? u + 1 - window : 0, last = std::min(u, windows - 1);
    for (std::size_t w = first; w <= last; ++w)
      result.scores[u] += (all - values[w]) / static_cast<double>(last - first + 1);
  }
  if (method.window > 1) result.numbers = {{"window", static_cast<double>(window)}};
  if (method.window > n)
    result.warnings.push_back(
        fmt::format("the window of {} units is longer than the text: it was reduced to {}, so that "
                    "all units have the same score",
                    method.window, n));
  return result;
}

}  // namespace limn
