#include <algorithm>
#include <vector>

#include "explain/game.h"
#include "explain/methods.h"

namespace limn {

Attribution attribute(const Subject& subject, const Occlusion& method) {
  Game game(subject, unit_tokens(subject, subject.options.unit), method.absent);
  const std::size_t window = std::min(method.window, game.units());
  const std::size_t windows = game.units() - window + 1;
  std::vector<Mask> masks(windows, Mask(game.units(), true));
  for (std::size_t w = 0; w < windows; w++)
    for (std::size_t u = w; u < w + window; u++) masks[w][u] = false;
  const std::vector<double> values = game.values(masks);

  std::vector<double> scores(game.units(), 0.);
  for (std::size_t u = 0; u < game.units(); u++) {
    const std::size_t first = u + 1 > window ? u + 1 - window : 0, last = std::min(u, windows - 1);
    for (std::size_t w = first; w <= last; w++) scores[u] += (subject.value - values[w]) / static_cast<double>(last - first + 1);
  }
  Attribution result;
  result.scores = game.spread(scores);
  result.passes = game.passes();
  return result;
}

}  // namespace limn
