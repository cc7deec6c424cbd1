#include "explain/scores.h"

#include <algorithm>
#include <cmath>

namespace limn {

std::vector<double> reduce(ConstView x, Reduce how, bool absolute) {
  std::vector<double> scores(x.rows, 0.);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (const double value : x.row_span(i)) {
      switch (how) {
        case Reduce::sum:
          scores[i] += value;
          break;
        case Reduce::mean_abs:
        case Reduce::l1:
          scores[i] += std::abs(value);
          break;
        case Reduce::l2:
        case Reduce::onehot_l2:
          scores[i] += value * value;
          break;
      }
    }
    if (how == Reduce::l2 || how == Reduce::onehot_l2) scores[i] = std::sqrt(scores[i]);
    if (how == Reduce::mean_abs) scores[i] /= static_cast<double>(x.columns);
    if (absolute) scores[i] = std::abs(scores[i]);
  }
  return scores;
}

double normalize(std::span<double> scores, Normalize how) {
  if (scores.empty() || how == Normalize::none) return 1;
  double sum = 0, squares = 0, largest = 0;
  for (const double score : scores) {
    sum += std::abs(score);
    squares += score * score;
    largest = std::max(largest, std::abs(score));
  }
  if (how == Normalize::minmax) {
    const auto [low, high] = std::minmax_element(scores.begin(), scores.end());
    const double base = *low, range = *high - *low;
    for (double& score : scores) score = range > 0 ? (score - base) / range : score;
    return range > 0 ? range : 1;
  }
  const double scale = how == Normalize::l1 ? sum : how == Normalize::l2 ? std::sqrt(squares) : largest;
  if (scale <= 0) return 1;
  for (double& score : scores) score /= scale;
  return scale;
}

}  // namespace limn
