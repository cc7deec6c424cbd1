#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "base/random.h"
#include "explain/baseline.h"
#include "explain/drawn_words.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/noisy_draws.h"
#include "explain/passes.h"
#include "explain/shapley.h"

namespace limn {
namespace {

/// A random point on the path from a background text.
struct Draw {
  std::size_t number, text;
  float alpha;
};

Draw draw_of(const ExpectedGradients& method, std::size_t number) {
  auto engine = random_engine(method.seed, number);
  const std::size_t texts = method.background.size();
  const std::size_t text = texts == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, texts - 1)(engine);
  return {number, text, std::uniform_real_distribution<float>()(engine)};
}

/// The background texts of one explanation, and the values at them.
class Background {
 public:
  Background(const Subject& subject, const ExpectedGradients& method, Layer layer)
      : subject_(subject),
        method_(method),
        layer_(layer),
        values_(std::max<std::size_t>(method.background.size(), 1)) {}

  Mat start(std::size_t text) {
    const Baseline baseline = method_.background.empty()
                                  ? Baseline{}
                                  : Baseline{.kind = Baseline::Kind::text, .text = method_.background[text]};
    Mat start = baseline_at(subject_, layer_, baseline);
    if (!values_[text])
      values_[text] = values_at(subject_, layer_, 1, [&](std::size_t, View perturbed) {
                        for (std::size_t i = 0; i < perturbed.rows; ++i)
                          std::copy_n(start.row(i), perturbed.columns, perturbed.row(i));
                      }).front();
    return start;
  }
  /// The value at a text whose start was read.
  double value(std::size_t text) const { return *values_[text]; }
  std::size_t read() const { return static_cast<std::size_t>(std::ranges::count_if(values_, is_known)); }

 private:
  static bool is_known(const std::optional<double>& value) { return value.has_value(); }

  const Subject& subject_;
  const ExpectedGradients& method_;
  Layer layer_;
  std::vector<std::optional<double>> values_;
};

}  // namespace

Attribution attribute(const Subject& subject, const ExpectedGradients& method) {
  const Layer layer = common_options(method, subject.encoder().config).layer;
  const Mat input = input_at(subject, layer);
  Background background(subject, method, layer);
  // A draw's scores are sums over (x − start) ∘ gradient, and those of the explanation their mean.
  NoisyDraws draws({.samples = method.samples, .statistic = SmoothGrad::Statistic::mean, .reduce = Reduce::sum},
                   input.rows(), input.columns());
  DrawnWords words(subject, word_score_of(method, subject.encoder().config, subject.options));
  double baseline_sum = 0;

  const auto add = [&](std::span<const Draw> of_text) {
    const Mat start = background.start(of_text.front().text);
    baseline_sum += background.value(of_text.front().text) * static_cast<double>(of_text.size());
    for_each_gradient(
        subject, layer, of_text.size(),
        [&](std::size_t i, View perturbed) {
          for (std::size_t t = 0; t < perturbed.rows; ++t)
            for (std::size_t c = 0; c < perturbed.columns; ++c)
              perturbed(t, c) = start(t, c) + of_text[i].alpha * (input(t, c) - start(t, c));
        },
        [&](std::size_t i, double, View gradient) {
          for (std::size_t t = 0; t < gradient.rows; ++t)
            for (std::size_t c = 0; c < gradient.columns; ++c) gradient(t, c) *= input(t, c) - start(t, c);
          draws.add(gradient, of_text[i].number);
          subject.report(draws.count(), method.samples);
        });
  };
  /// Draws up to a number. They are grouped by background text, so that only one background is in memory at a time.
  const auto draw_until = [&](std::size_t count) {
    std::vector<Draw> more;
    for (std::size_t number = draws.count(); number < count; ++number) more.push_back(draw_of(method, number));
    std::ranges::stable_sort(more, {}, &Draw::text);
    for (auto begin = more.begin(); begin != more.end();) {
      const auto end = std::find_if(begin, more.end(), [&](const Draw& draw) { return draw.text != begin->text; });
      add({begin, end});
      begin = end;
    }
    if (count < method.samples) words.report(draws);
    return words.scores(draws);
  };
  // Each of the 20 groups that the standard errors are estimated from has two draws before the first look.
  constexpr std::size_t least = 40, step = 20;
  UnitScores found = sample_until(method.tolerance, {.least = least, .step = step, .most = method.samples}, draw_until);

  Attribution result = words.result(draws, found.standard_errors);
  result.warnings = std::move(found.warnings);
  const std::size_t count = draws.count();
  double total = 0;
  for (const double score : result.scores) total += score;
  result.baseline_value = baseline_sum / static_cast<double>(count);
  result.completeness_error = std::abs(total - (subject.value - *result.baseline_value));
  result.passes = count + background.read();
  result.numbers = {{"samples", static_cast<double>(count)}};
  return result;
}

}  // namespace limn
