#include "explain/lime.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "explain/perturbation.h"
#include "explain/units.h"
#include "text/unicode.h"
#include "text/words.h"

namespace limn {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;
using Eigen::Index;

/// The weighted moments of observations about their weighted means: all that least squares needs.
struct Moments {
  double total_weight = 0, mean_y = 0;
  Vector mean_x;
  Matrix xx;  // Σ w (x − mean)(x − mean)ᵀ
  Vector xy;  // Σ w (x − mean)(y − mean)
  double yy = 0;
};

Moments moments_of(std::span<const Mask> masks, std::span<const double> values, const Vector& weights) {
  const auto rows = static_cast<Index>(masks.size()), columns = static_cast<Index>(masks.front().size());
  Matrix x(rows, columns);
  Vector y(rows);
  for (Index i = 0; i < rows; ++i) {
    const Mask& mask = masks[static_cast<std::size_t>(i)];
    for (Index j = 0; j < columns; ++j) x(i, j) = mask[static_cast<std::size_t>(j)] ? 1 : 0;
    y(i) = values[static_cast<std::size_t>(i)];
  }
  Moments moments;
  moments.total_weight = weights.sum();
  moments.mean_x = x.transpose() * weights / moments.total_weight;
  moments.mean_y = y.dot(weights) / moments.total_weight;
  const Vector root = weights.cwiseSqrt();
  x.rowwise() -= moments.mean_x.transpose();
  x.array().colwise() *= root.array();
  y = (y.array() - moments.mean_y) * root.array();
  moments.xx.setZero(columns, columns);
  moments.xx.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
  moments.xx = moments.xx.selfadjointView<Eigen::Lower>();
  moments.xy = x.transpose() * y;
  moments.yy = y.squaredNorm();
  return moments;
}

/// Returns the moments restricted to some columns.
Moments restricted_to(const Moments& moments, const std::vector<Index>& columns) {
  Moments result = {.total_weight = moments.total_weight,
                    .mean_y = moments.mean_y,
                    .mean_x = moments.mean_x(columns),
                    .xx = moments.xx(columns, columns),
                    .xy = moments.xy(columns),
                    .yy = moments.yy};
  return result;
}

Vector ridge(const Moments& moments, double alpha) {
  Matrix regular = moments.xx;
  regular.diagonal().array() += alpha;
  return regular.ldlt().solve(moments.xy);
}

/// Minimises half the mean of the squared residuals plus alpha · Σ |weight|, as in scikit-learn, by coordinate descent
/// until no weight changes by more than 1e-9 of the largest weight.
Vector lasso(const Moments& moments, double alpha) {
  const Index n = moments.xy.size();
  const double threshold = alpha * moments.total_weight;
  Vector weights = Vector::Zero(n), derivative = moments.xy;  // derivative = xy − xx · weights
  for (int sweep = 0; sweep < 10000; ++sweep) {
    double largest = 0, moved = 0;
    for (Index j = 0; j < n; ++j) {
      if (moments.xx(j, j) <= 0) continue;
      const double before = weights(j), pull = derivative(j) + moments.xx(j, j) * before;
      const double after = std::copysign(std::max(std::abs(pull) - threshold, 0.), pull) / moments.xx(j, j);
      if (after != before) derivative -= (after - before) * moments.xx.col(j);
      weights(j) = after;
      largest = std::max(largest, std::abs(after));
      moved = std::max(moved, std::abs(after - before));
    }
    if (moved <= 1e-9 * largest) break;
  }
  return weights;
}

/// Selects columns one by one, each time the one that increases R² of ordinary least squares most; the first of equals.
std::vector<Index> select_forward(const Moments& moments, std::size_t count) {
  std::vector<Index> chosen;
  while (chosen.size() < count) {
    double best_explained = 0;
    std::optional<Index> best;
    for (Index candidate = 0; candidate < moments.xy.size(); ++candidate) {
      if (std::find(chosen.begin(), chosen.end(), candidate) != chosen.end()) continue;
      std::vector<Index> columns = chosen;
      columns.push_back(candidate);
      const Moments some = restricted_to(moments, columns);
      const double explained = some.xy.dot(Vector(some.xx.completeOrthogonalDecomposition().solve(some.xy)));
      if (!best || explained > best_explained) {
        best = candidate;
        best_explained = explained;
      }
    }
    chosen.push_back(*best);
  }
  return chosen;
}

/// Selects the columns with the largest absolute weights; the first of equals.
std::vector<Index> select_largest(const Vector& weights, std::size_t count) {
  std::vector<Index> order(static_cast<std::size_t>(weights.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return std::abs(weights(a)) > std::abs(weights(b)); });
  order.resize(count);
  return order;
}

/// exp(−d² / 2 width²), where d is 100 · the cosine distance between a mask and the full mask.
Vector kernel(std::span<const Mask> masks, double width) {
  Vector weights(static_cast<Index>(masks.size()));
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const auto present = static_cast<double>(std::count(masks[i].begin(), masks[i].end(), true));
    const double distance = 100 * (1 - std::sqrt(present / static_cast<double>(masks[i].size())));
    weights(static_cast<Index>(i)) = std::exp(-distance * distance / (2 * width * width));
  }
  return weights;
}

double kernel_width(const Lime& method) {
  return method.kernel_width.value_or(method.flavour == Lime::Flavour::captum ? 100 : 25);
}

constexpr std::size_t most_forward_features = 6;

}  // namespace

std::vector<Mask> lime_masks(std::size_t units, const Lime& method, const std::function<void(std::size_t)>& check) {
  std::vector<Mask> masks;
  for (std::size_t draw = 0; draw < method.samples; ++draw) {
    check(draw);
    auto engine = random_engine(method.seed, draw);
    Mask mask(units, true);
    if (method.flavour == Lime::Flavour::captum) {
      std::bernoulli_distribution present(0.5);
      for (std::size_t u = 0; u < units; ++u) mask[u] = present(engine);
    } else if (draw > 0 && units > 0) {  // the first mask is the unperturbed text
      const std::size_t removed = std::uniform_int_distribution<std::size_t>(1, units)(engine);
      std::fill_n(mask.begin(), removed, false);
      std::shuffle(mask.begin(), mask.end(), engine);
    }
    masks.push_back(std::move(mask));
  }
  return masks;
}

LinearModel fit_lime(std::span<const Mask> masks, std::span<const double> values, const Lime& method) {
  assert(!masks.empty() && masks.size() == values.size());
  const bool captum = method.flavour == Lime::Flavour::captum;
  const Moments all = moments_of(masks, values, kernel(masks, kernel_width(method)));
  const auto fit = [&](const Moments& some) { return captum ? lasso(some, 0.01) : ridge(some, 1); };

  const std::size_t units = masks.front().size();
  std::vector<Index> chosen(units);
  std::iota(chosen.begin(), chosen.end(), Index{0});
  if (method.features > 0 && method.features < units) {
    if (captum)
      chosen = select_largest(fit(all), method.features);
    else if (method.features <= most_forward_features)
      chosen = select_forward(all, method.features);
    else
      chosen = select_largest(ridge(all, 0.01), method.features);
  }
  const Moments some = restricted_to(all, chosen);
  const Vector weights = fit(some);
  LinearModel model = {.weights = std::vector<double>(units, 0.)};
  for (std::size_t i = 0; i < chosen.size(); ++i)
    model.weights[static_cast<std::size_t>(chosen[i])] = weights(static_cast<Index>(i));
  model.intercept = some.mean_y - some.mean_x.dot(weights);
  const double left = some.yy - 2 * weights.dot(some.xy) + weights.dot(some.xx * weights);
  if (some.yy > 0) model.r2 = 1 - left / some.yy;
  return model;
}

UnitScores score_units(Game& game, const Lime& given) {
  Lime method = given;
  if (method.flavour == Lime::Flavour::ferret) method.samples = std::min(method.samples, game.units() * game.units());
  const std::vector<Mask> masks = lime_masks(game.units(), method, [&](std::size_t draw) { game.check(draw); });
  const std::vector<double> values = game.values(masks);
  LinearModel model = fit_lime(masks, values, method);
  return {.scores = std::move(model.weights),
          .numbers = {{"samples", static_cast<double>(method.samples)},
                      {"kernel_width", kernel_width(method)},
                      {"intercept", model.intercept},
                      {"r2", model.r2}}};
}

namespace {

/// The tokens that LIME removes together, and the word that each score belongs to.
struct BagOfWords {
  Units words;                     ///< every word that can be removed
  std::vector<std::size_t> group;  ///< (words): group of each word; the words of a group are removed together
  Units groups;                    ///< the tokens of each group
};

bool has_word_character(std::string_view text) {
  for (std::size_t position = 0; position < text.size();)
    if (is_word_character(next_code_point(text, position))) return true;
  return false;
}

/// The lime package splits a text at every character that is not a letter or digit, never removes those characters, and
/// removes all occurrences of a word together (its bow=True): "it's" has the words "it" and "s", whose scores add up.
/// Words of one sequence are equal if their texts are.
BagOfWords bag_of_words(const Subject& subject) {
  BagOfWords bag;
  std::map<std::pair<int, std::string_view>, std::size_t> known;
  for (const std::vector<std::size_t>& word :
       word_tokens(subject.encoding, subject.text, subject.pair, WordRule::runs)) {
    const int sequence = subject.encoding.sequences[word.front()];
    const Span characters = characters_of(subject.encoding, word.front(), word.back());
    const std::string_view text =
        (sequence == 0 ? subject.text : subject.pair).substr(characters.begin, characters.end - characters.begin);
    if (!has_word_character(text)) continue;
    const auto [known_group, is_new] = known.try_emplace({sequence, text}, bag.groups.size());
    if (is_new) bag.groups.emplace_back();
    std::vector<std::size_t>& group = bag.groups[known_group->second];
    group.insert(group.end(), word.begin(), word.end());
    bag.words.push_back(word);
    bag.group.push_back(known_group->second);
  }
  return bag;
}

BagOfWords separate(Units units) {
  BagOfWords bag = {.words = units, .group = std::vector<std::size_t>(units.size()), .groups = units};
  std::iota(bag.group.begin(), bag.group.end(), std::size_t{0});
  return bag;
}

}  // namespace

Attribution attribute(const Subject& subject, const Lime& method) {
  const Unit unit = subject.unit();
  const bool as_bag = unit == Unit::word && method.flavour == Lime::Flavour::marcotcr;
  Units units = units_of(subject, unit);
  const std::size_t ordinary = units.size();
  if (method.flavour == Lime::Flavour::ferret)
    for (std::size_t token = 0; token < subject.encoding.size(); ++token)
      if (subject.encoding.sequences[token] < 0) units.push_back({token});
  const BagOfWords bag = as_bag ? bag_of_words(subject) : separate(std::move(units));
  if (bag.groups.empty()) {
    Attribution nothing = {.scores = std::vector<double>(subject.encoding.size(), 0.)};
    nothing.warnings.push_back("the text has no word with letters or digits: LIME has nothing to remove");
    return nothing;
  }
  Game game = masking_game(subject, bag.groups, method.masking);
  UnitScores found = score_units(game, method);
  // Each occurrence of a word gets the word's weight, as in the lime package.
  std::vector<double> of_words;
  for (const std::size_t group : bag.group) of_words.push_back(found.scores[group]);
  if (!as_bag) std::fill(of_words.begin() + static_cast<std::ptrdiff_t>(ordinary), of_words.end(), 0.);
  found.scores = std::move(of_words);
  return attribution_of(subject, bag.words, found, game);
}

}  // namespace limn
