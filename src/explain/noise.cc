// SmoothGrad and its variants: gradients at noisy copies of the input.
#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "base/random.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/noisy_draws.h"
#include "explain/passes.h"
#include "explain/perturbation.h"
#include "explain/units.h"

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
  const WordScore word_score = word_score_of(method, subject.encoder().config, subject.options);
  const auto words_of = [&](const std::vector<double>& scores) {
    std::vector<Token> tokens(scores.size());
    for (std::size_t t = 0; t < scores.size(); ++t) tokens[t].score = scores[t];
    std::vector<double> result;
    for (const Word& word : units(subject.encoding, tokens, subject.text, subject.pair, subject.unit(), word_score))
      result.push_back(word.score);
    return result;
  };
  NoisyDraws draws(method, input.rows(), input.columns());
  std::chrono::steady_clock::time_point last_partial;
  const auto report_partial = [&] {
    constexpr std::chrono::milliseconds between{500};
    const bool is_done = draws.count() == method.samples;
    if (!subject.watch.partial || is_done || std::chrono::steady_clock::now() - last_partial < between) return;
    UnitScores so_far = {.scores = words_of(draws.scores()), .standard_errors = draws.standard_errors(words_of)};
    if (so_far.standard_errors.empty()) return;
    subject.watch.partial(partial_words(subject, so_far));
    last_partial = std::chrono::steady_clock::now();
  };
  Mat noisy(input.rows(), input.columns());
  for_each_gradient(subject, common.layer, method.samples, fill, [&](std::size_t draw, double, View gradient) {
    if (method.multiply_input) {
      // With the mean gradient, the input itself; otherwise the draw's, drawn again, which is cheaper than keeping all.
      if (method.statistic != SmoothGrad::Statistic::mean_gradient) fill(draw, noisy);
      multiply(method.statistic == SmoothGrad::Statistic::mean_gradient ? input : noisy, gradient);
    }
    draws.add(gradient);
    subject.report(draw + 1, method.samples);
    report_partial();
  });
  const std::vector<double> errors = draws.standard_errors(words_of);
  Attribution result = {.scores = draws.scores()};
  const auto members = unit_tokens(subject.encoding, subject.text, subject.pair, subject.unit());
  if (!errors.empty()) result.standard_errors.assign(subject.encoding.size(), 0.);
  for (std::size_t u = 0; u < errors.size(); ++u) result.standard_errors[members[u].front()] = errors[u];
  result.passes = method.samples;
  result.numbers = {{"samples", static_cast<double>(method.samples)}, {"sigma", sigma}};
  return result;
}

}  // namespace limn
