#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/random.h"
#include "explain/baseline.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/passes.h"

namespace limn {

Attribution attribute(const Subject& subject, const ExpectedGradients& method) {
  const Layer layer = common_options(method, subject.encoder().config).layer;
  const Mat input = input_at(subject, layer);
  const std::size_t texts = method.background.size();
  // Draws are grouped by background text, so that only one background is in memory at a time.
  std::vector<std::vector<float>> alphas(std::max<std::size_t>(texts, 1));
  for (std::size_t draw = 0; draw < method.samples; ++draw) {
    auto engine = random_engine(method.seed, draw);
    const std::size_t text = texts == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, texts - 1)(engine);
    alphas[text].push_back(std::uniform_real_distribution<float>()(engine));
  }

  std::vector<double> scores(input.rows(), 0.);
  double baseline_value = 0;
  std::size_t done = 0;
  for (std::size_t text = 0; text < alphas.size(); ++text) {
    if (alphas[text].empty()) continue;
    const Baseline baseline =
        texts == 0 ? Baseline{} : Baseline{.kind = Baseline::Kind::text, .text = method.background[text]};
    const Mat start = baseline_at(subject, layer, baseline);
    const double share = static_cast<double>(alphas[text].size()) / static_cast<double>(method.samples);
    baseline_value += share * values_at(
                                  subject, layer, 1,
                                  [&](std::size_t, View perturbed) {
                                    for (std::size_t i = 0; i < perturbed.rows; ++i)
                                      std::copy_n(start.row(i), perturbed.columns, perturbed.row(i));
                                  })
                                  .front();
    for_each_gradient(
        subject, layer, alphas[text].size(),
        [&](std::size_t i, View perturbed) {
          for (std::size_t t = 0; t < perturbed.rows; ++t)
            for (std::size_t c = 0; c < perturbed.columns; ++c)
              perturbed(t, c) = start(t, c) + alphas[text][i] * (input(t, c) - start(t, c));
        },
        [&](std::size_t, double, View gradient) {
          for (std::size_t t = 0; t < gradient.rows; ++t)
            for (std::size_t c = 0; c < gradient.columns; ++c)
              scores[t] += static_cast<double>(gradient(t, c)) * (input(t, c) - start(t, c)) /
                           static_cast<double>(method.samples);
          subject.report(++done, method.samples);
        });
  }
  Attribution result;
  double total = 0;
  for (const double score : scores) total += score;
  result.scores = std::move(scores);
  result.baseline_value = baseline_value;
  result.completeness_error = std::abs(total - (subject.value - baseline_value));
  result.passes = method.samples + std::max<std::size_t>(texts, 1);
  result.numbers = {{"samples", static_cast<double>(method.samples)}};
  return result;
}

}  // namespace limn
