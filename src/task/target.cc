#include "task/target.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "task/embedding.h"
#include "task/probability.h"

namespace limn {
namespace {

/// Returns the logits (n, 1) that share a softmax with the pick: over all tokens, or over all labels.
template <class T>
BasicView<T> competitors(const Target& target, Target::Pick pick, BasicView<T> logits) {
  if (target.over_rows) return logits.column_range(pick.column, pick.column + 1);
  return {logits.row(pick.row), logits.columns, 1};
}

std::size_t index_of(const Target& target, Target::Pick pick) { return target.over_rows ? pick.row : pick.column; }

/// Returns the index of the largest competitor other than the pick; the first of equals. There must be one.
template <class T>
std::size_t runner_up(BasicView<T> z, std::size_t pick) {
  std::size_t best = pick == 0 ? 1 : 0;
  for (std::size_t i = best + 1; i < z.rows; ++i)
    if (i != pick && z(i, 0) > z(best, 0)) best = i;
  return best;
}

/// Returns the index of the largest competitor; the first of equals.
template <class T>
std::size_t largest(BasicView<T> z) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < z.rows; ++i)
    if (z(i, 0) > z(best, 0)) best = i;
  return best;
}

template <class T>
double log_sum(BasicView<T> z) {
  std::vector<double> all;
  for (std::size_t i = 0; i < z.rows; ++i) all.insert(all.end(), z.row_span(i).begin(), z.row_span(i).end());
  return log_sum_exp(all);
}

template <class T>
double log_probability(const Target& target, Target::Pick pick, BasicView<T> logits) {
  const double logit = logits(pick.row, pick.column);
  return target.sigmoid ? log_sigmoid(logit) : logit - log_sum(competitors(target, pick, logits));
}

template <class T>
double term(const Target& target, Target::Pick pick, BasicView<T> logits) {
  switch (target.explain) {
    case Scalar::logit:
      break;
    case Scalar::probability:
      return std::exp(log_probability(target, pick, logits));
    case Scalar::log_probability:
      return log_probability(target, pick, logits);
    case Scalar::loss:
      return -log_probability(target, pick, logits);
    case Scalar::margin: {
      const BasicView<T> z = competitors(target, pick, logits);
      if (target.sigmoid || z.rows < 2) break;  // the logit is the margin: it is 0 at probability 1/2
      return double{logits(pick.row, pick.column)} - z(runner_up(z, index_of(target, pick)), 0);
    }
    case Scalar::max_logit: {
      const BasicView<T> z = competitors(target, pick, logits);
      return z(largest(z), 0);
    }
  }
  return logits(pick.row, pick.column);
}

/// Adds weight · ∂term/∂logits.
template <class T>
void add_term_vjp(const Target& target, Target::Pick pick, double weight, BasicView<T> logits, View dlogits) {
  const BasicView<T> z = competitors(target, pick, logits);
  const View dz = competitors(target, pick, dlogits);
  const std::size_t at = index_of(target, pick);
  const auto add = [&](std::size_t i, double derivative) { dz(i, 0) += static_cast<float>(weight * derivative); };

  if (target.explain == Scalar::logit) return add(at, 1);
  if (target.explain == Scalar::max_logit) return add(largest(z), 1);
  if (target.explain == Scalar::margin) {
    add(at, 1);
    if (!target.sigmoid && z.rows > 1) add(runner_up(z, at), -1);
    return;
  }
  // p = softmax(z)[at] or sigmoid(z[at]):  ∂log p/∂z[at] = 1 - p,  ∂log p/∂z[i] = -p[i],  ∂p = p · ∂log p.
  // 1 - p is the sum of the other probabilities, which keeps its precision when p is near 1.
  const double scale = target.explain == Scalar::loss          ? -1
                       : target.explain == Scalar::probability ? std::exp(log_probability(target, pick, logits))
                                                               : 1;
  if (target.sigmoid) return add(at, scale * sigmoid(-double{z(at, 0)}));
  const double total = log_sum(z);
  double others = 0;
  for (std::size_t i = 0; i < z.rows; ++i) {
    if (i == at) continue;
    const double p = std::exp(z(i, 0) - total);
    add(i, -scale * p);
    others += p;
  }
  add(at, scale * others);
}

/// The sum of the terms of all picks.
template <class T>
double sum_of_terms(const Target& target, BasicView<T> logits) {
  double sum = 0;
  for (const auto pick : target.picks) {
    sum += term(target, pick, logits);
    if (target.contrast) sum -= term(target, {pick.row, *target.contrast}, logits);
  }
  return sum;
}

/// Adds ∂ of that sum.
template <class T>
void add_vjp_of_terms(const Target& target, BasicView<T> logits, View dlogits) {
  for (const auto pick : target.picks) {
    add_term_vjp(target, pick, 1, logits, dlogits);
    if (target.contrast) add_term_vjp(target, {pick.row, *target.contrast}, -1, logits, dlogits);
  }
}

BasicView<const double> view_of(const std::vector<double>& row) { return {row.data(), 1, row.size()}; }

/// The mean logits of the whole text if this window has these.
std::vector<double> mean_with(const WholeText& whole, ConstView logits) {
  std::vector<double> mean = whole.mean;
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += whole.share * (double{logits(0, i)} - whole.window[i]);
  return mean;
}

}  // namespace

double value(const Target& target, ConstView logits) {
  if (target.other) return cosine(logits.row_span(0), *target.other);
  if (!target.whole) return sum_of_terms(target, logits);
  const double as_read = sum_of_terms(target, view_of(target.whole->mean));
  const std::vector<double> mean = mean_with(*target.whole, logits);
  return as_read + (sum_of_terms(target, view_of(mean)) - as_read) / target.whole->share;
}

void value_vjp(const Target& target, ConstView logits, View dlogits) {
  assert(dlogits.rows == logits.rows && dlogits.columns == logits.columns);
  fill(dlogits, 0);
  if (target.other) return cosine_vjp(logits.row_span(0), *target.other, dlogits.row_span(0));
  if (!target.whole) return add_vjp_of_terms(target, logits, dlogits);
  // The share by which the mean changes with the window's logits cancels the division by it.
  const std::vector<double> mean = mean_with(*target.whole, logits);
  add_vjp_of_terms(target, view_of(mean), dlogits);
}

}  // namespace limn
