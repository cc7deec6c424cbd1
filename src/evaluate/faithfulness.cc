#include "evaluate/faithfulness.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include "base/random.h"
#include "evaluate/correlation.h"
#include "explain/shapley.h"

namespace limn {
namespace {

constexpr std::array eraser_thresholds = {.01, .05, .1, .2, .5};
constexpr double negligible = 1e-12;  // of widths and deviations

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.) / static_cast<double>(values.size());
}

/// F along an order.
struct Curves {
  std::vector<double> without;  // (n + 1): all units without the first k
  std::vector<double> only;     // (n + 1): the first k alone
};

Curves curves_of(Game& game, std::span<const std::size_t> order) {
  const std::size_t n = order.size();
  std::vector<Mask> masks(2 * (n + 1), Mask(n));
  for (std::size_t k = 0; k <= n; ++k)
    for (std::size_t i = 0; i < n; ++i) masks[i < k ? n + 1 + k : k][order[i]] = true;
  const std::vector<double> values = game.values(masks);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(n + 1);
  return {.without = {values.begin(), middle}, .only = {middle, values.end()}};
}

EraserMetrics eraser_metrics(const Curves& curves, std::size_t n) {
  EraserMetrics result;
  for (const double threshold : eraser_thresholds) {
    const auto m = static_cast<std::size_t>(std::ceil(threshold * static_cast<double>(n)));
    result.comprehensiveness.push_back(curves.without[0] - curves.without[m]);
    result.sufficiency.push_back(curves.without[0] - curves.only[m]);
  }
  result.aopc_comprehensiveness = mean(result.comprehensiveness);
  result.aopc_sufficiency = mean(result.sufficiency);
  return result;
}

FerretMetrics ferret_metrics(const Curves& curves, std::span<const double> scores) {
  const std::size_t n = scores.size();
  const auto positive = static_cast<std::size_t>(std::ranges::count_if(scores, [](double score) { return score > 0; }));
  std::vector<double> comprehensiveness, sufficiency;
  std::size_t last = 0;
  for (std::size_t tenths = 1; tenths <= 10; ++tenths) {
    const std::size_t k = std::min(tenths * n / 10, positive);
    if (k == last) continue;
    last = k;
    comprehensiveness.push_back(curves.without[0] - curves.without[k]);
    sufficiency.push_back(curves.without[0] - curves.only[k]);
  }
  if (comprehensiveness.empty()) return {};
  return {.aopc_comprehensiveness = mean(comprehensiveness), .aopc_sufficiency = mean(sufficiency)};
}

double sum_of(std::span<const double> scores, const Mask& units) {
  double sum = 0;
  for (std::size_t u = 0; u < scores.size(); ++u)
    if (units[u]) sum += scores[u];
  return sum;
}

/// Pearson's correlation; nothing if either is constant.
std::optional<double> pearson(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty()) return std::nullopt;
  const double mean_a = mean(a), mean_b = mean(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  const auto count = static_cast<double>(a.size());
  if (std::sqrt(aa / count) <= negligible || std::sqrt(bb / count) <= negligible) return std::nullopt;
  return ab / std::sqrt(aa * bb);
}

std::vector<std::optional<double>> sensitivity(std::span<const double> scores, const Removals& removals) {
  std::vector<std::optional<double>> result;
  for (std::size_t k = 1; k < scores.size(); ++k) {
    std::vector<double> sums, falls;
    for (const auto& [removed, fall] : removals.of_size[k]) {
      sums.push_back(sum_of(scores, removed));
      falls.push_back(fall);
    }
    result.push_back(pearson(sums, falls));
  }
  return result;
}

double infidelity(std::span<const double> scores, const Removals& removals) {
  double total = 0;
  std::size_t count = 0;
  const auto add = [&](const std::vector<Removal>& some) {
    for (const auto& [removed, fall] : some) total += std::pow(sum_of(scores, removed) - fall, 2);
    count += some.size();
  };
  if (!removals.uniform.empty())
    add(removals.uniform);
  else
    for (const auto& some : removals.of_size) add(some);
  return total / static_cast<double>(count);
}

std::vector<Removal> with_falls(Game& game, std::vector<Mask> removed) {
  std::vector<Mask> present = {Mask(game.units(), true)};
  for (const Mask& mask : removed) {
    present.push_back(mask);
    present.back().flip();
  }
  const std::vector<double> values = game.values(present);
  std::vector<Removal> result;
  for (std::size_t i = 0; i < removed.size(); ++i) result.push_back({std::move(removed[i]), values[0] - values[i + 1]});
  return result;
}

}  // namespace

Removals removals_of(Game& game, std::uint64_t seed) {
  const std::size_t n = game.units();
  Removals result;
  result.of_size.resize(n + 1);
  if (n <= most_exact_units) {
    const std::vector<double> values = coalition_values(game);
    for (std::size_t bits = 1; bits < values.size(); ++bits) {
      Mask removed(n);
      for (std::size_t u = 0; u < n; ++u) removed[u] = (bits >> u & 1) != 0;
      result.of_size[static_cast<std::size_t>(std::popcount(bits))].push_back(
          {std::move(removed), values.back() - values[values.size() - 1 - bits]});
    }
    return result;
  }
  constexpr std::size_t sizes = 10, draws_of_size = 50, uniform_draws = 256;
  auto engine = random_engine(seed, n);
  for (std::size_t tenth = 1; tenth < sizes; ++tenth) {
    const std::size_t k = tenth * n / sizes;
    std::vector<Mask> masks;
    for (std::size_t draw = 0; draw < draws_of_size; ++draw) {
      Mask& mask = masks.emplace_back(n, false);
      std::fill_n(mask.begin(), k, true);
      std::shuffle(mask.begin(), mask.end(), engine);
    }
    result.of_size[k] = with_falls(game, std::move(masks));
  }
  std::vector<Mask> masks;
  while (masks.size() < uniform_draws) {
    Mask mask(n);
    for (std::size_t u = 0; u < n; ++u) mask[u] = (engine() & 1) != 0;
    if (std::ranges::count(mask, true) > 0) masks.push_back(std::move(mask));
  }
  result.uniform = with_falls(game, std::move(masks));
  return result;
}

std::vector<std::size_t> order_by(std::span<const double> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  return order;
}

double mean_fall(Game& game, std::span<const std::size_t> order) {
  const Curves curves = curves_of(game, order);
  double fall = 0;
  for (std::size_t k = 1; k <= order.size(); ++k) fall += curves.without[0] - curves.without[k];
  return fall / static_cast<double>(order.size());
}

FaithfulnessMetrics measure(Game& game, std::span<const double> scores, const std::optional<RemovalBounds>& bounds,
                            const Removals* removals) {
  const std::size_t n = scores.size();
  assert(n > 0 && n == game.units());
  const std::vector<std::size_t> order = order_by(scores);
  const Curves curves = curves_of(game, order);
  const double all = curves.without[0];
  FaithfulnessMetrics result;
  const auto count = static_cast<double>(n);
  for (std::size_t k = 1; k <= n; ++k) {
    result.deletion += curves.without[k] / count;
    result.insertion += curves.only[k] / count;
    result.comprehensiveness += (all - curves.without[k]) / count;
    result.sufficiency += (all - curves.only[k - 1]) / count;  // without the last n − k + 1
  }
  if (bounds && bounds->upper - bounds->lower > negligible) {
    const auto normalised = [&](double fall) { return (fall - bounds->lower) / (bounds->upper - bounds->lower); };
    result.normalised_comprehensiveness = normalised(result.comprehensiveness);
    result.normalised_sufficiency = normalised(result.sufficiency);
  }
  result.eraser = eraser_metrics(curves, n);
  result.ferret = ferret_metrics(curves, scores);
  std::vector<Mask> each(n, Mask(n, true));
  for (std::size_t u = 0; u < n; ++u) each[u][u] = false;
  std::vector<double> falls = game.values(each);
  for (double& fall : falls) fall = all - fall;
  result.loo_kendall = kendall_tau_b(scores, falls);
  if (removals) {
    result.sensitivity_n = sensitivity(scores, *removals);
    result.infidelity = infidelity(scores, *removals);
  }
  return result;
}

std::span<const NamedMetric> faithfulness_metrics() {
  using M = FaithfulnessMetrics;
  using Number = std::optional<double>;
  static constexpr NamedMetric all[] = {
      {"comprehensiveness", [](const M& m) -> Number { return m.comprehensiveness; }},
      {"sufficiency", [](const M& m) -> Number { return m.sufficiency; }},
      {"normalised_comprehensiveness", [](const M& m) { return m.normalised_comprehensiveness; }},
      {"normalised_sufficiency", [](const M& m) { return m.normalised_sufficiency; }},
      {"deletion", [](const M& m) -> Number { return m.deletion; }},
      {"insertion", [](const M& m) -> Number { return m.insertion; }},
      {"eraser.aopc_comprehensiveness", [](const M& m) -> Number { return m.eraser.aopc_comprehensiveness; }},
      {"eraser.aopc_sufficiency", [](const M& m) -> Number { return m.eraser.aopc_sufficiency; }},
      {"ferret.aopc_comprehensiveness", [](const M& m) { return m.ferret.aopc_comprehensiveness; }},
      {"ferret.aopc_sufficiency", [](const M& m) { return m.ferret.aopc_sufficiency; }},
      {"loo_kendall", [](const M& m) { return m.loo_kendall; }},
      {"sensitivity_n",
       [](const M& m) -> Number {
         double sum = 0;
         std::size_t count = 0;
         for (const Number& value : m.sensitivity_n) {
           if (!value) continue;
           sum += *value;
           ++count;
         }
         return count == 0 ? Number() : sum / static_cast<double>(count);
       }},
      {"infidelity", [](const M& m) { return m.infidelity; }}};
  return all;
}

FaithfulnessMetrics mean_of(std::span<const FaithfulnessMetrics> all) {
  assert(!all.empty());
  const auto average = [&](const auto& of) {
    double sum = 0;
    std::size_t count = 0;
    for (const FaithfulnessMetrics& metrics : all) {
      const std::optional<double> value = of(metrics);
      if (!value) continue;
      sum += *value;
      ++count;
    }
    return count == 0 ? std::optional<double>() : sum / static_cast<double>(count);
  };
  using M = FaithfulnessMetrics;
  FaithfulnessMetrics result;
  result.comprehensiveness = *average([](const M& m) { return std::optional(m.comprehensiveness); });
  result.sufficiency = *average([](const M& m) { return std::optional(m.sufficiency); });
  result.normalised_comprehensiveness = average([](const M& m) { return m.normalised_comprehensiveness; });
  result.normalised_sufficiency = average([](const M& m) { return m.normalised_sufficiency; });
  result.deletion = *average([](const M& m) { return std::optional(m.deletion); });
  result.insertion = *average([](const M& m) { return std::optional(m.insertion); });
  for (std::size_t i = 0; i < eraser_thresholds.size(); ++i) {
    result.eraser.comprehensiveness.push_back(
        *average([&](const M& m) { return std::optional(m.eraser.comprehensiveness[i]); }));
    result.eraser.sufficiency.push_back(*average([&](const M& m) { return std::optional(m.eraser.sufficiency[i]); }));
  }
  result.eraser.aopc_comprehensiveness = mean(result.eraser.comprehensiveness);
  result.eraser.aopc_sufficiency = mean(result.eraser.sufficiency);
  result.ferret.aopc_comprehensiveness = average([](const M& m) { return m.ferret.aopc_comprehensiveness; });
  result.ferret.aopc_sufficiency = average([](const M& m) { return m.ferret.aopc_sufficiency; });
  result.loo_kendall = average([](const M& m) { return m.loo_kendall; });
  return result;
}

}  // namespace limn
