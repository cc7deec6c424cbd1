#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/random.h"
#include "explain/shapley.h"
#include "explain/surrogates/coalition_surrogate.h"

namespace limn {
namespace {

/// Distinct coalitions.
class DistinctCoalitions {
 public:
  explicit DistinctCoalitions(std::size_t units) : units_(units) {
    add(Mask(units, true));
    add(Mask(units, false));
  }

  void add(Mask mask) {
    if (known_.insert(mask).second) masks_.push_back(std::move(mask));
  }

  /// All coalitions of all units but one, and of one unit, until there are `most`.
  void add_single_units(std::size_t most) {
    for (const bool present : {false, true})
      for (std::size_t u = 0; u < units_ && masks_.size() < most; ++u) {
        Mask mask(units_, !present);
        mask[u] = present;
        add(std::move(mask));
      }
  }

  /// Random unknown coalitions of all sizes; fewer than `count` if nearly all are known.
  std::vector<Mask> unknown(std::size_t count, std::mt19937_64 engine) const {
    std::vector<Mask> found;
    std::unordered_set<Mask> drawn;
    for (std::size_t draw = 0; draw < 4 * count && found.size() < count; ++draw) {
      Mask mask(units_, false);
      std::fill_n(mask.begin(), std::uniform_int_distribution<std::size_t>(1, units_ - 1)(engine), true);
      std::shuffle(mask.begin(), mask.end(), engine);
      if (!known_.contains(mask) && drawn.insert(mask).second) found.push_back(std::move(mask));
    }
    return found;
  }

  const std::vector<Mask>& masks() const { return masks_; }

 private:
  std::size_t units_;
  std::vector<Mask> masks_;
  std::unordered_set<Mask> known_;
};

/// The surrogate's estimates. Their sum misses F(all) − F(none) by rounding only, which all units share.
UnitScores scores_of(const CoalitionSurrogate& surrogate, double change, std::size_t samples) {
  CoalitionSurrogate::Values found = surrogate.shapley_values();
  const auto units = static_cast<double>(found.means.size());
  const double rest = change - std::accumulate(found.means.begin(), found.means.end(), 0.);
  for (double& mean : found.means) mean += rest / units;
  return {.kind = UnitScores::Kind::complete,
          .scores = std::move(found.means),
          .standard_errors = std::move(found.standard_errors),
          .numbers = {{"samples", static_cast<double>(samples)}}};
}

}  // namespace

UnitScores adaptive_shapley(Game& game, const KernelShap& method) {
  constexpr std::size_t pool = 256, least_batch = 8;
  const std::size_t n = game.units(), most = std::min(method.samples, most_adaptive_samples);
  DistinctCoalitions coalitions(n);
  coalitions.add_single_units(most + 2);
  game.plan(most + 2);
  const double change = game.all_present() - game.all_masked();
  CoalitionSurrogate::Shape shape;
  std::size_t shaped_at = 0;  // the number of coalitions when the shape was chosen
  for (std::size_t step = 0;; ++step) {
    const std::vector<double> values = game.values(coalitions.masks());
    const std::size_t known = values.size();
    const bool keeps_shape = shaped_at > 0 && known < shaped_at + shaped_at / 3;
    const CoalitionSurrogate surrogate(coalitions.masks(), values, keeps_shape ? &shape : nullptr);
    shape = surrogate.shape();
    if (!keeps_shape) shaped_at = known;
    UnitScores found = scores_of(surrogate, change, known - 2);
    // Single units say nothing yet about how interactions die out with their order.
    const bool is_precise = step > 1 && method.tolerance && relative_standard_error(found) <= *method.tolerance;
    const std::vector<Mask> candidates = coalitions.unknown(pool, random_engine(method.seed, step));
    const std::size_t batch = std::min(std::max(least_batch, known / 8), most + 2 - known);
    const std::vector<std::size_t> chosen =
        is_precise ? std::vector<std::size_t>() : surrogate.most_informative(candidates, batch);
    if (chosen.empty()) {
      warn_of_tolerance(found, method.tolerance);
      if (method.samples > most_adaptive_samples && !is_precise)
        found.warnings.push_back(fmt::format("adaptive sampling stops at {} samples", most_adaptive_samples));
      return found;
    }
    for (const std::size_t i : chosen) coalitions.add(candidates[i]);
    game.offer(found);
  }
}

}  // namespace limn
