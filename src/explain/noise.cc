// SmoothGrad and its variants: gradients at noisy copies of the input.
#include <algorithm>
#include <random>
#include <vector>

#include "base/random.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/passes.h"
#include "explain/scores.h"

namespace limn {
namespace {

using Statistic = SmoothGrad::Statistic;

double spread_of(const Mat& x) {
  const float* begin = x.row(0);
  const auto [low, high] = std::minmax_element(begin, begin + x.rows() * x.columns());
  return static_cast<double>(*high) - static_cast<double>(*low);
}

void multiply(ConstView x, View y) {
  for (std::size_t i = 0; i < y.rows; ++i)
    for (std::size_t j = 0; j < y.columns; ++j) y(i, j) *= x(i, j);
}

/// The running mean and sum of squared deviations of each token's scores (Welford).
struct DrawMoments {
  std::vector<double> mean, deviations, squares;
  std::size_t count = 0;

  explicit DrawMoments(std::size_t tokens) : mean(tokens, 0.), deviations(tokens, 0.), squares(tokens, 0.) {}

  void add(const std::vector<double>& scores) {
    ++count;
    for (std::size_t t = 0; t < mean.size(); ++t) {
      const double step = scores[t] - mean[t];
      mean[t] += step / static_cast<double>(count);
      deviations[t] += step * (scores[t] - mean[t]);
      squares[t] += scores[t] * scores[t];
    }
  }
  std::vector<double> result(Statistic statistic) const {
    std::vector<double> scores = mean;
    for (std::size_t t = 0; t < scores.size(); ++t) {
      if (statistic == Statistic::square) scores[t] = squares[t] / static_cast<double>(count);
      if (statistic == Statistic::variance) scores[t] = count > 1 ? deviations[t] / static_cast<double>(count - 1) : 0;
    }
    return scores;
  }
};

}  // namespace

Attribution attribute(const Subject& subject, const SmoothGrad& method) {
  const CommonOptions common = common_options(method, subject.encoder().config);
  const Mat input = input_at(subject, common.layer);
  const auto sigma = static_cast<float>(method.relative ? method.sigma * spread_of(input) : method.sigma);
  std::vector<double> sum(input.rows() * input.columns(), 0.);
  DrawMoments moments(input.rows());
  const auto fill = [&](std::size_t draw, View perturbed) {
    auto engine = random_engine(method.seed, draw);
    std::normal_distribution<float> normal;
    for (std::size_t i = 0; i < perturbed.rows; ++i)
      for (std::size_t j = 0; j < perturbed.columns; ++j) perturbed(i, j) = input(i, j) + sigma * normal(engine);
  };
  Mat noisy(input.rows(), input.columns());
  for_each_gradient(subject, common.layer, method.samples, fill, [&](std::size_t draw, double, View gradient) {
    if (method.statistic == Statistic::mean_gradient) {
      for (std::size_t i = 0; i < gradient.rows; ++i)
        for (std::size_t j = 0; j < gradient.columns; ++j) sum[i * gradient.columns + j] += gradient(i, j);
    } else {
      if (method.multiply_input) {
        fill(draw, noisy);  // drawn again, which is cheaper than keeping all draws
        multiply(noisy, gradient);
      }
      moments.add(reduce(gradient, common.reduce, common.absolute));
    }
    subject.report(draw + 1, method.samples);
  });
  Attribution result;
  if (method.statistic == Statistic::mean_gradient) {
    Mat mean(input.rows(), input.columns());
    for (std::size_t i = 0; i < sum.size(); ++i)
      mean.row(0)[i] = static_cast<float>(sum[i] / static_cast<double>(method.samples));
    if (method.multiply_input) multiply(input, mean);
    result.scores = reduce(mean, common.reduce, common.absolute);
  } else {
    result.scores = moments.result(method.statistic);
  }
  result.passes = method.samples;
  result.numbers = {{"samples", static_cast<double>(method.samples)}, {"sigma", sigma}};
  return result;
}

}  // namespace limn
