// Integrated Gradients along one straight path for all tokens, or along one path per token.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "explain/baseline.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/passes.h"
#include "explain/scores.h"
#include "math/quadrature.h"

namespace limn {
namespace {

// Each interval of a refined path has five Gauss-Legendre nodes, exact for polynomials up to degree 9.
constexpr std::size_t interval_nodes = 5;

struct Path {
  const Subject& subject;
  Layer layer;
  Mat start;       // (T, C): the baseline
  Mat difference;  // (T, C): input − baseline

  void fill(double alpha, View perturbed) const {
    for (std::size_t i = 0; i < perturbed.rows; ++i)
      for (std::size_t j = 0; j < perturbed.columns; ++j)
        perturbed(i, j) = start(i, j) + static_cast<float>(alpha) * difference(i, j);
  }
  /// Returns F at several points of the path.
  std::vector<double> values(const std::vector<double>& alphas) const {
    return values_at(
        subject, layer, alphas.size(), [&](std::size_t i, View perturbed) { fill(alphas[i], perturbed); });
  }
};

/// Σ weight · ∂F/∂x at the nodes, in double: (T · C).
using Sum = std::vector<double>;

/// Adds the nodes' weighted gradients to sums[node / nodes_per_sum]. @param done, total node counts for the progress.
void integrate(const Path& path, const std::vector<Node>& nodes, std::size_t nodes_per_sum, std::vector<Sum>& sums,
               std::size_t done, std::size_t total) {
  for_each_gradient(
      path.subject, path.layer, nodes.size(), [&](std::size_t i, View perturbed) { path.fill(nodes[i].x, perturbed); },
      [&](std::size_t i, double, View gradient) {
        Sum& sum = sums[i / nodes_per_sum];
        for (std::size_t t = 0; t < gradient.rows; ++t)
          for (std::size_t c = 0; c < gradient.columns; ++c)
            sum[t * gradient.columns + c] += nodes[i].weight * gradient(t, c);
        path.subject.report(done + i + 1, total);
      });
}

double along(const Sum& sum, const Mat& difference) {
  double total = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) total += sum[i] * difference.row(0)[i];
  return total;
}

/// One interval [begin, end] of the path, with F at its ends.
struct Interval {
  double begin = 0, end = 0, begin_value = 0, end_value = 0;
  double error = 0;  // |Σ scores − (F(end) − F(begin))|
};

struct Refined {
  Sum sum;
  std::size_t nodes = 0;
  double error = 0;  // an upper bound: the sum of the intervals' absolute errors
};

/// Returns the largest error with which an interval is accepted, given the error that is `left` for all. If the errors
/// add up to at most `left`, all intervals are accepted; otherwise those with the smallest errors, up to half of
/// `left`, because halving the others reduces their errors strongly.
double affordable_error(const std::vector<Interval>& intervals, double left) {
  std::vector<double> errors;
  for (const Interval& interval : intervals) errors.push_back(interval.error);
  std::ranges::sort(errors);
  if (std::accumulate(errors.begin(), errors.end(), 0.) <= left) return errors.back();
  double largest = -1, sum = 0;
  for (const double error : errors) {
    if ((sum += error) > left / 2) break;
    largest = error;
  }
  return largest;
}

/// Halves the intervals with the largest completeness errors until the tolerance is met or max_steps are used up.
Refined refine(const Path& path, double start_value, double end_value, double allowed, std::size_t max_steps) {
  const std::size_t size = path.start.rows() * path.start.columns();
  const std::vector<Node> rule = gauss_legendre(interval_nodes);
  Refined result = {.sum = Sum(size, 0.)};
  std::vector<Interval> open = {{.begin = 0, .end = 1, .begin_value = start_value, .end_value = end_value}};
  while (!open.empty()) {
    std::vector<Node> nodes;
    for (const Interval& interval : open)
      for (const Node& node : rule)
        nodes.push_back({.x = interval.begin + (interval.end - interval.begin) * node.x,
                         .weight = (interval.end - interval.begin) * node.weight});
    std::vector<Sum> sums(open.size(), Sum(size, 0.));
    integrate(path, nodes, interval_nodes, sums, result.nodes, max_steps);
    result.nodes += nodes.size();

    for (std::size_t i = 0; i < open.size(); ++i)
      open[i].error = std::abs(along(sums[i], path.difference) - (open[i].end_value - open[i].begin_value));

    std::vector<double> middles;
    std::vector<Interval> halves;
    const double affordable = affordable_error(open, allowed - result.error);
    for (std::size_t i = 0; i < open.size(); ++i) {
      const Interval& interval = open[i];
      const bool spent = result.nodes + 2 * interval_nodes * (middles.size() + 1) > max_steps;
      if (interval.error <= affordable || spent) {
        result.error += interval.error;
        for (std::size_t k = 0; k < size; ++k) result.sum[k] += sums[i][k];
        continue;
      }
      middles.push_back((interval.begin + interval.end) / 2);
      halves.push_back({.begin = interval.begin, .end = middles.back(), .begin_value = interval.begin_value});
      halves.push_back({.begin = middles.back(), .end = interval.end, .end_value = interval.end_value});
    }
    const std::vector<double> values = path.values(middles);
    result.nodes += values.size();
    for (std::size_t i = 0; i < values.size(); ++i) halves[2 * i].end_value = halves[2 * i + 1].begin_value = values[i];
    open = std::move(halves);
  }
  return result;
}

std::vector<Node> nodes_of(const IntegratedGradients& method) {
  if (method.rule == IntegratedGradients::Rule::gauss_legendre) return gauss_legendre(method.steps);
  const auto n = static_cast<double>(method.steps);
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < method.steps; ++i) nodes.push_back({.x = static_cast<double>(i) / n, .weight = 1 / n});
  if (method.rule == IntegratedGradients::Rule::lit && method.steps > 1) {
    for (Node& node : nodes) node.weight = 1 / (n - 1);
    nodes.front().weight = nodes.back().weight = 0.5 / (n - 1);
  }
  return nodes;
}

/// Errors below this are rounding errors: F is computed in single precision.
double rounding(double start_value, double end_value) {
  return 2e-6 * std::max(std::abs(start_value), std::abs(end_value));
}

void warn(Attribution& result, double error, double difference, const IntegratedGradients& method) {
  result.warnings.push_back(
      fmt::format("the completeness error is {:.2g}, {:.2g} % of F(x) - F(baseline), after {} steps: the tolerance of "
                  "{:.2g} % was not met",
                  error, 100 * error / std::max(std::abs(difference), 1e-300),
                  static_cast<std::size_t>(result.numbers["steps"]), 100 * method.tolerance));
}

/// Moves each token from its baseline to itself while all others stay fixed; its scores add up to
/// F(x) − F(x with the token's baseline).
Attribution sequential(const Path& path, const Mat& input, const IntegratedGradients& method,
                       const CommonOptions& common) {
  const Encoding& encoding = path.subject.encoding;
  std::vector<std::size_t> open;
  for (std::size_t t = 0; t < encoding.size(); ++t)
    if (!encoding.special[t]) open.push_back(t);
  const auto fill = [&](std::size_t token, double alpha, View perturbed) {
    for (std::size_t t = 0; t < perturbed.rows; ++t) std::copy_n(input.row(t), perturbed.columns, perturbed.row(t));
    for (std::size_t c = 0; c < perturbed.columns; ++c)
      perturbed(token, c) = path.start(token, c) + static_cast<float>(alpha) * path.difference(token, c);
  };
  const std::vector<double> without = values_at(path.subject, path.layer, open.size(),
                                                [&](std::size_t i, View perturbed) { fill(open[i], 0, perturbed); });
  Mat products = Mat::zeros(input.rows(), input.columns());
  std::vector<double> difference(input.rows(), 0.);
  for (std::size_t i = 0; i < open.size(); ++i) difference[open[i]] = path.subject.value - without[i];

  Attribution result;
  result.passes = open.size();
  double worst = 0, largest = 0;
  for (const double d : difference) largest = std::max(largest, std::abs(d));
  for (std::size_t steps = method.steps ? method.steps : 4; !open.empty(); steps *= 2) {
    IntegratedGradients fixed = method;
    fixed.steps = steps;
    const std::vector<Node> nodes = nodes_of(fixed);
    for (const std::size_t t : open) limn::fill(products.view().row_range(t, t + 1), 0);
    for_each_gradient(
        path.subject, path.layer, open.size() * steps,
        [&](std::size_t i, View perturbed) { fill(open[i / steps], nodes[i % steps].x, perturbed); },
        [&](std::size_t i, double, View gradient) {
          const std::size_t t = open[i / steps];
          for (std::size_t c = 0; c < gradient.columns; ++c)
            products(t, c) += static_cast<float>(nodes[i % steps].weight) * gradient(t, c) * path.difference(t, c);
          path.subject.report(result.passes + i + 1, result.passes + open.size() * steps);
        });
    result.passes += open.size() * steps;
    result.numbers["steps"] = static_cast<double>(steps);
    const std::vector<double> sums = reduce(products, Reduce::sum);
    const double allowed = std::max(method.tolerance * largest, rounding(path.subject.value, path.subject.value));
    const bool last = method.steps > 0 || 2 * steps > std::min<std::size_t>(method.max_steps, 64);
    std::vector<std::size_t> again;
    for (const std::size_t t : open) {
      const double error = std::abs(sums[t] - difference[t]);
      if (error > allowed && !last)
        again.push_back(t);
      else
        worst = std::max(worst, error);
    }
    open = std::move(again);
  }
  result.scores = reduce(products, common.reduce, common.absolute);
  result.completeness_error = worst;
  if (method.steps == 0 &&
      worst > std::max(method.tolerance * largest, rounding(path.subject.value, path.subject.value)))
    warn(result, worst, largest, method);
  return result;
}

}  // namespace

Attribution attribute(const Subject& subject, const IntegratedGradients& method) {
  const CommonOptions common = common_options(method, subject.encoder().config);
  const Mat input = input_at(subject, common.layer);
  Path path = {.subject = subject,
               .layer = common.layer,
               .start = baseline_at(subject, common.layer, method.baseline),
               .difference = copy(input)};
  for (std::size_t i = 0; i < input.rows(); ++i)
    for (std::size_t j = 0; j < input.columns(); ++j) path.difference(i, j) -= path.start(i, j);
  if (method.sequential) return sequential(path, input, method, common);

  const double start_value = path.values({0}).front(), difference = subject.value - start_value;
  Attribution result;
  Sum sum(input.rows() * input.columns(), 0.);
  if (method.steps > 0) {
    std::vector<Sum> sums = {std::move(sum)};
    integrate(path, nodes_of(method), method.steps, sums, 0, method.steps);
    sum = std::move(sums.front());
    result.numbers["steps"] = static_cast<double>(method.steps);
    result.completeness_error = std::abs(along(sum, path.difference) - difference);
  } else {
    const double allowed = std::max(method.tolerance * std::abs(difference), rounding(start_value, subject.value));
    Refined refined = refine(path, start_value, subject.value, allowed, method.max_steps);
    sum = std::move(refined.sum);
    result.numbers["steps"] = static_cast<double>(refined.nodes);
    result.completeness_error = refined.error;
    if (refined.error > allowed) warn(result, refined.error, difference, method);
  }
  result.passes = static_cast<std::size_t>(result.numbers["steps"]) + 1;
  result.baseline_value = start_value;
  Mat products(input.rows(), input.columns());
  for (std::size_t i = 0; i < sum.size(); ++i)
    products.row(0)[i] = static_cast<float>(method.multiply_input ? sum[i] * path.difference.row(0)[i] : sum[i]);
  result.scores = reduce(products, common.reduce, common.absolute);
  return result;
}

}  // namespace limn
