#include "explain/noisy_draws.h"

#include <algorithm>
#include <cmath>

#include "explain/scores.h"

namespace limn {
namespace {

constexpr std::size_t most_groups = 20, fewest_groups = 8;
constexpr std::size_t most_numbers = (std::size_t{64} << 20) / sizeof(double);  // of all groups' gradients

std::size_t group_count(const SmoothGrad& method, std::size_t numbers) {
  const std::size_t groups = std::min(most_groups, method.samples);
  if (method.statistic != SmoothGrad::Statistic::mean_gradient || groups * numbers <= most_numbers) return groups;
  const std::size_t fitting = most_numbers / numbers;
  return fitting < fewest_groups ? 0 : fitting;
}

}  // namespace

NoisyDraws::NoisyDraws(const SmoothGrad& method, std::size_t tokens, std::size_t columns)
    : method_(method), tokens_(tokens), columns_(columns) {
  const auto empty = [&] {
    Sums sums;
    if (keeps_gradient())
      sums.gradient.assign(tokens * columns, 0.);
    else
      sums.mean = sums.deviations = sums.squares = std::vector<double>(tokens, 0.);
    return sums;
  };
  all_ = empty();
  groups_.assign(group_count(method, tokens * columns), empty());
}

void NoisyDraws::Sums::add(const std::vector<double>& scores) {
  ++count;
  for (std::size_t t = 0; t < mean.size(); ++t) {  // Welford's recurrences
    const double step = scores[t] - mean[t];
    mean[t] += step / static_cast<double>(count);
    deviations[t] += step * (scores[t] - mean[t]);
    squares[t] += scores[t] * scores[t];
  }
}

void NoisyDraws::Sums::merge(const Sums& other) {
  if (other.count == 0) return;
  const auto one = static_cast<double>(count), more = static_cast<double>(other.count), total = one + more;
  for (std::size_t t = 0; t < mean.size(); ++t) {  // Chan, Golub and LeVeque 1983
    const double step = other.mean[t] - mean[t];
    mean[t] += step * more / total;
    deviations[t] += other.deviations[t] + step * step * one * more / total;
    squares[t] += other.squares[t];
  }
  count += other.count;
}

void NoisyDraws::add(ConstView gradient, std::size_t draw) {
  std::vector<Sums*> sums = {&all_};
  if (!groups_.empty()) sums.push_back(&groups_[draw % groups_.size()]);
  ++count_;
  if (!keeps_gradient()) {
    const std::vector<double> scores = reduce(gradient, method_.reduce, method_.absolute);
    for (Sums* some : sums) some->add(scores);
    return;
  }
  for (Sums* some : sums) {
    ++some->count;
    for (std::size_t i = 0; i < tokens_; ++i)
      for (std::size_t j = 0; j < columns_; ++j)
        some->gradient[i * columns_ + j] += static_cast<double>(gradient(i, j));
  }
}

std::vector<double> NoisyDraws::scores_of(const Sums& sums) const {
  const auto count = static_cast<double>(sums.count);
  if (keeps_gradient()) {
    Mat mean(tokens_, columns_);
    for (std::size_t i = 0; i < sums.gradient.size(); ++i)
      mean.row(0)[i] = static_cast<float>(sums.gradient[i] / count);
    return reduce(mean, method_.reduce, method_.absolute);
  }
  std::vector<double> scores = sums.mean;
  for (std::size_t t = 0; t < scores.size(); ++t) {
    if (method_.statistic == SmoothGrad::Statistic::square) scores[t] = sums.squares[t] / count;
    if (method_.statistic == SmoothGrad::Statistic::variance)
      scores[t] = sums.count > 1 ? sums.deviations[t] / (count - 1) : 0;
  }
  return scores;
}

NoisyDraws::Sums NoisyDraws::without(std::size_t group) const {
  if (keeps_gradient()) {
    Sums rest = all_;
    rest.count -= groups_[group].count;
    for (std::size_t i = 0; i < rest.gradient.size(); ++i) rest.gradient[i] -= groups_[group].gradient[i];
    return rest;
  }
  Sums rest;
  rest.mean = rest.deviations = rest.squares = std::vector<double>(tokens_, 0.);
  for (std::size_t other = 0; other < groups_.size(); ++other)
    if (other != group) rest.merge(groups_[other]);
  return rest;
}

std::vector<double> NoisyDraws::scores() const { return scores_of(all_); }

std::vector<double> NoisyDraws::standard_errors(
    const std::function<std::vector<double>(const std::vector<double>&)>& words_of) const {
  const auto groups =
      static_cast<std::size_t>(std::ranges::count_if(groups_, [](const Sums& group) { return group.count > 0; }));
  if (groups < (method_.statistic == SmoothGrad::Statistic::variance ? 3U : 2U)) return {};
  std::vector<double> mean, deviations;
  std::size_t left_out = 0;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    if (groups_[group].count == 0) continue;
    ++left_out;
    const std::vector<double> words = words_of(scores_of(without(group)));
    mean.resize(words.size(), 0.);
    deviations.resize(words.size(), 0.);
    for (std::size_t w = 0; w < words.size(); ++w) {
      const double step = words[w] - mean[w];
      mean[w] += step / static_cast<double>(left_out);
      deviations[w] += step * (words[w] - mean[w]);
    }
  }
  const auto many = static_cast<double>(groups);
  for (double& deviation : deviations) deviation = std::sqrt(deviation * (many - 1) / many);
  return deviations;
}

}  // namespace limn
