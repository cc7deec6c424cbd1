#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include "base/random.h"
#include "evaluate/faithfulness.h"
#include "options/names.h"

namespace limn {
namespace {

using Values = std::vector<std::optional<double>>;  // (rows)

/// The ends of the percentile bootstrap's 95 % interval of the mean (Efron and Tibshirani 1993).
std::pair<double, double> bootstrap(const std::vector<double>& values, std::uint64_t seed) {
  constexpr std::size_t resamples = 2000, tail = resamples / 40;
  std::vector<double> means(resamples);
  auto engine = random_engine(seed, values.size());
  std::uniform_int_distribution<std::size_t> any(0, values.size() - 1);
  for (double& mean : means) {
    for (std::size_t i = 0; i < values.size(); ++i) mean += values[any(engine)];
    mean /= static_cast<double>(values.size());
  }
  std::ranges::sort(means);
  return {means[tail], means[resamples - 1 - tail]};
}

MetricMean mean_of(const Values& values, const Values& random, bool is_random, std::uint64_t seed) {
  std::vector<double> defined, differences;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!values[row]) continue;
    defined.push_back(*values[row]);
    if (random[row]) differences.push_back(*values[row] - *random[row]);
  }
  MetricMean result = {.rows = defined.size()};
  const auto mean = [](const std::vector<double>& all) {
    return std::accumulate(all.begin(), all.end(), 0.) / static_cast<double>(all.size());
  };
  if (defined.empty()) return result;
  result.mean = mean(defined);
  const auto rows = static_cast<double>(defined.size());
  if (defined.size() > 1) {
    double squares = 0;
    for (const double value : defined) squares += (value - *result.mean) * (value - *result.mean);
    result.standard_error = std::sqrt(squares / (rows - 1) / rows);
  }
  if (is_random || differences.empty()) return result;
  result.difference = mean(differences);
  std::tie(result.difference_low, result.difference_high) = bootstrap(differences, seed);
  return result;
}

}  // namespace

FaithfulnessMeans::FaithfulnessMeans(std::vector<std::string> methods)
    : names_(std::move(methods)),
      values_(names_.size() + 1, std::vector<Values>(faithfulness_metrics().size())),
      seconds_(names_.size(), 0.),
      passes_(names_.size(), 0.) {}

void FaithfulnessMeans::add(const InputFaithfulness& input) {
  assert(input.methods.size() == names_.size());
  ++rows_;
  if (!input.warnings.empty()) ++cut_rows_;
  for (std::size_t m = 0; m <= names_.size(); ++m) {
    const FaithfulnessMetrics& metrics = m < names_.size() ? input.methods[m].metrics : input.random;
    for (std::size_t i = 0; i < values_[m].size(); ++i) values_[m][i].push_back(faithfulness_metrics()[i].of(metrics));
    if (m == names_.size()) continue;
    seconds_[m] += input.methods[m].seconds;
    passes_[m] += static_cast<double>(input.methods[m].passes);
  }
}

FaithfulnessScores FaithfulnessMeans::scores(const FaithfulnessOptions& options) const {
  FaithfulnessScores result = {.rows = rows_,
                               .unit = std::string(name_of(options.explaining.unit.value_or(Unit::word))),
                               .masking = std::string(name_of(options.masking)),
                               .preset = {},
                               .methods = {},
                               .random = {},
                               .cut_rows = cut_rows_};
  const auto rows = static_cast<double>(std::max<std::size_t>(rows_, 1));
  for (std::size_t m = 0; m <= names_.size(); ++m) {
    const bool is_random = m == names_.size();
    MethodScores scores = {.name = is_random ? "random" : names_[m], .metrics = {}};
    for (std::size_t i = 0; i < values_[m].size(); ++i)
      scores.metrics.emplace(faithfulness_metrics()[i].name,
                             mean_of(values_[m][i], values_.back()[i], is_random, options.seed));
    if (is_random) {
      result.random = std::move(scores);
      break;
    }
    scores.seconds = seconds_[m] / rows;
    scores.passes = passes_[m] / rows;
    result.methods.push_back(std::move(scores));
  }
  return result;
}

}  // namespace limn
