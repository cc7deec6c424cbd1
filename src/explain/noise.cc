// SmoothGrad and its variants: gradients at noisy copies of the input.
#include <algorithm>
#include <random>
#include <vector>

#include "base/random.h"
#include "explain/drawn_words.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/noisy_draws.h"
#include "explain/passes.h"

namespace limn {
namespace {

double spread_of(const Mat& x) {
  const float* begin = x.row(0);
  const auto [low, high] = std::minmax_element(begin, begin + x.rows() * x.columns());
  return static_cast<double>(*high) - static_cast<double>(*low);
}

void multiply(ConstView x, View y) {
  for (std::size_t i = 0; i < y.rows; ++i)
    for (std::size_t j = 0; j < y.columns; ++j) y(i, j) *= x(i, j);
}

}  // namespace

Attribution attribute(const Subject& subject, const SmoothGrad& method) {
  const CommonOptions common = common_options(method, subject.encoder().config);
  const Mat input = input_at(subject, common.layer);
  const auto sigma = static_cast<float>(method.relative ? method.sigma * spread_of(input) : method.sigma);
  const auto fill = [&](std::size_t draw, View perturbed) {
    auto engine = random_engine(method.seed, draw);
    std::normal_distribution<float> normal;
    for (std::size_t i = 0; i < perturbed.rows; ++i)
      for (std::size_t j = 0; j < perturbed.columns; ++j) perturbed(i, j) = input(i, j) + sigma * normal(engine);
  };
  DrawnWords words(subject, word_score_of(method, subject.encoder().config, subject.options));
  NoisyDraws draws(method, input.rows(), input.columns());
  Mat noisy(input.rows(), input.columns());
  for_each_gradient(subject, common.layer, method.samples, fill, [&](std::size_t draw, double, View gradient) {
    if (method.multiply_input) {
      // With the mean gradient, the input itself; otherwise the draw's, drawn again, which is cheaper than keeping all.
      if (method.statistic != SmoothGrad::Statistic::mean_gradient) fill(draw, noisy);
      multiply(method.statistic == SmoothGrad::Statistic::mean_gradient ? input : noisy, gradient);
    }
    draws.add(gradient, draw);
    subject.report(draw + 1, method.samples);
    if (draw + 1 < method.samples) words.report(draws);
  });
  Attribution result = words.result(draws, words.scores(draws).standard_errors);
  result.passes = method.samples;
  result.numbers = {{"samples", static_cast<double>(method.samples)}, {"sigma", sigma}};
  return result;
}

}  // namespace limn
