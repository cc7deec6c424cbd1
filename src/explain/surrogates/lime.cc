#include "explain/surrogates/lime.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "explain/method_info.h"
#include "explain/methods.h"
#include "explain/perturbation.h"
#include "explain/shapley.h"
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

constexpr double ridge_alpha = 1, lasso_alpha = 0.01;  // those of the packages

/// The covariance of regression weights over draws of the masks. It is the sandwich estimator, because the residuals of
/// a game are neither independent of the mask nor of equal variance; each residual is divided by √(1 − leverage) (HC2,
/// MacKinnon and White 1985). The first mask of the lime package is always the same and adds nothing.
/// @param columns those with a weight @param moments, fitted of these columns @return (columns, columns), or nothing
std::optional<Matrix> covariance_of(std::span<const Mask> masks, std::span<const double> values, const Vector& weights,
                                    const std::vector<Index>& columns, const Moments& moments, const Vector& fitted,
                                    const Lime& method) {
  const auto rows = static_cast<Index>(masks.size()), n = static_cast<Index>(columns.size());
  if (n == 0 || rows <= n + 1) return std::nullopt;
  const bool captum = method.flavour == Lime::Flavour::captum;
  Matrix regular = moments.xx;
  if (!captum) regular.diagonal().array() += ridge_alpha;
  const Matrix inverse = regular.ldlt().solve(Matrix::Identity(n, n));
  Matrix meat = Matrix::Zero(n, n);  // Σ influence · influenceᵀ before both sides are multiplied by the inverse
  Vector x(n);
  for (Index i = captum ? 0 : 1; i < rows; ++i) {
    const Mask& mask = masks[static_cast<std::size_t>(i)];
    for (Index j = 0; j < n; ++j)
      x(j) = (mask[static_cast<std::size_t>(columns[static_cast<std::size_t>(j)])] ? 1 : 0) - moments.mean_x(j);
    const double leverage = weights(i) * (x.dot(inverse * x) + 1 / moments.total_weight);
    const double residual = values[static_cast<std::size_t>(i)] - moments.mean_y - x.dot(fitted);
    // The derivative of the penalty is divided among the masks.
    const Vector penalty = captum ? Vector(lasso_alpha * weights(i) * fitted.array().sign().matrix())
                                  : Vector(ridge_alpha / static_cast<double>(rows) * fitted);
    const Vector influence = weights(i) * residual / std::sqrt(std::max(1 - leverage, 1e-9)) * x - penalty;
    meat.selfadjointView<Eigen::Lower>().rankUpdate(influence);
  }
  const Matrix result = inverse * Matrix(meat.selfadjointView<Eigen::Lower>()) * inverse;
  return result.allFinite() ? std::optional(result) : std::nullopt;
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
  const Vector kernel_weights = kernel(masks, kernel_width(method));
  const Moments all = moments_of(masks, values, kernel_weights);
  const auto fit = [&](const Moments& some) { return captum ? lasso(some, lasso_alpha) : ridge(some, ridge_alpha); };

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
  std::vector<Index> kept, places;  // columns with a weight: their numbers among the units, and among the chosen
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (captum && weights(static_cast<Index>(i)) == 0) continue;
    kept.push_back(chosen[i]);
    places.push_back(static_cast<Index>(i));
  }
  if (const auto covariance =
          covariance_of(masks, values, kernel_weights, kept, restricted_to(some, places), weights(places), method)) {
    model.covariance.assign(units * units, 0.);
    for (std::size_t i = 0; i < kept.size(); ++i)
      for (std::size_t j = 0; j < kept.size(); ++j)
        model.covariance[static_cast<std::size_t>(kept[i]) * units + static_cast<std::size_t>(kept[j])] =
            (*covariance)(static_cast<Index>(i), static_cast<Index>(j));
  }
  const double left = some.yy - 2 * weights.dot(some.xy) + weights.dot(some.xx * weights);
  if (some.yy > 0) model.r2 = 1 - left / some.yy;
  return model;
}

namespace {

/// A variance of 0 belongs to a weight that was not estimated.
double error_of(double variance) {
  return variance > 0 ? std::sqrt(variance) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double stability_of(const LinearModel& model, std::size_t top) {
  const std::size_t units = model.weights.size();
  if (top >= units) return 1;
  if (model.covariance.empty()) return 0;
  std::vector<std::size_t> order(units);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t u) { return std::abs(model.weights[u]); });
  double least = 1;
  for (std::size_t i = 0; i < top; ++i)
    for (std::size_t j = top; j < units; ++j) {
      const std::size_t a = order[i], b = order[j];
      const double sign = model.weights[a] * model.weights[b] < 0 ? -1 : 1;
      const auto covariance = [&](std::size_t u, std::size_t v) { return model.covariance[u * units + v]; };
      const double variance = covariance(a, a) + covariance(b, b) - 2 * sign * covariance(a, b);
      const double lead = std::abs(model.weights[a]) - std::abs(model.weights[b]);
      const double normal = variance > 0 ? std::erfc(-lead / std::sqrt(2 * variance)) / 2 : lead > 0 ? 1 : 0.5;
      least = std::min(least, normal);
    }
  return least;
}

UnitScores score_units(Game& game, const Lime& given) {
  Lime method = given;
  const std::size_t units = game.units(), top = std::min<std::size_t>(3, (units + 1) / 2);
  if (method.flavour == Lime::Flavour::ferret) method.samples = std::min(method.samples, units * units);
  const std::vector<Mask> masks = lime_masks(units, method, [&](std::size_t draw) { game.check(draw); });
  game.plan(masks.size());
  const auto scores_of = [&](std::span<const double> values) -> UnitScores {
    // Fewer masks than two for each unit say little, and may have no standard errors.
    if (values.size() < masks.size() && values.size() <= 2 * units + 2) return {};
    LinearModel model = fit_lime(std::span(masks).first(values.size()), values, method);
    const double stability = stability_of(model, top);  // before the model is emptied
    UnitScores result = {.scores = std::move(model.weights),
                         .numbers = {{"samples", static_cast<double>(values.size())},
                                     {"kernel_width", kernel_width(method)},
                                     {"intercept", model.intercept},
                                     {"r2", model.r2},
                                     {"stability", stability}},
                         .covariance = std::move(model.covariance)};
    for (std::size_t u = 0; u < units && !result.covariance.empty(); ++u)
      result.standard_errors.push_back(error_of(result.covariance[u * units + u]));
    return result;
  };
  // The first look comes when the standard errors themselves are known to about a tenth.
  constexpr std::size_t step = 100;
  const std::size_t least = std::max(step, 4 * units);
  std::function<bool(const UnitScores&)> is_stable;
  if (method.stability)
    is_stable = [&](const UnitScores& found) { return found.numbers.at("stability") >= *method.stability; };
  UnitScores found = sample_in_steps(
      is_stable, {.least = least, .step = step, .most = masks.size()},
      [&](std::size_t count) { return scores_of(game.values(std::span(masks).first(count), scores_of)); });
  if (is_stable && !is_stable(found))
    found.warnings.push_back(
        fmt::format("with other draws, the {} strongest words might be others (probability {:.2g}): more samples are "
                    "needed for a stability of {:.2g}",
                    top, 1 - found.numbers["stability"], *method.stability));
  return found;
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
  BagOfWords bag;
  bag.words = units;
  bag.group.resize(units.size());
  std::iota(bag.group.begin(), bag.group.end(), std::size_t{0});
  bag.groups = std::move(units);
  return bag;
}

/// How the scores of the result's words follow from those of the groups: word score = Σ coefficient · group score.
/// @param units of the result @param word_score how the scores of tokens become those of units
std::vector<std::map<std::size_t, double>> coefficients_of(const BagOfWords& bag, const Units& units,
                                                           std::size_t tokens, WordScore word_score,
                                                           std::span<const double> scores) {
  std::vector<std::optional<std::size_t>> word_of(tokens);
  for (std::size_t w = 0; w < bag.words.size(); ++w)
    for (const std::size_t token : bag.words[w]) word_of[token] = w;
  const auto share = [&](std::size_t token) { return 1 / static_cast<double>(bag.words[*word_of[token]].size()); };
  std::vector<std::map<std::size_t, double>> result(units.size());
  for (std::size_t u = 0; u < units.size(); ++u) {
    std::optional<std::size_t> largest;
    for (const std::size_t token : units[u]) {
      if (!word_of[token]) continue;  // punctuation, which the lime package never removes
      const auto score = [&](std::size_t t) { return std::abs(scores[bag.group[*word_of[t]]]) * share(t); };
      if (!largest || score(token) > score(*largest)) largest = token;
      if (word_score != WordScore::absmax)
        result[u][bag.group[*word_of[token]]] +=
            share(token) / (word_score == WordScore::mean ? static_cast<double>(units[u].size()) : 1.);
    }
    if (word_score == WordScore::absmax && largest) result[u][bag.group[*word_of[*largest]]] = share(*largest);
  }
  return result;
}

/// Converts the scores of groups to those of the result's words, with standard errors.
UnitScores word_scores(const std::vector<std::map<std::size_t, double>>& coefficients, const UnitScores& groups) {
  UnitScores result;
  for (const auto& of_word : coefficients) {
    double score = 0, variance = 0;
    for (const auto& [a, factor] : of_word) {
      score += factor * groups.scores[a];
      for (const auto& [b, other] : of_word)
        if (!groups.covariance.empty()) variance += factor * other * groups.covariance[a * groups.scores.size() + b];
    }
    result.scores.push_back(score);
    if (!groups.covariance.empty()) result.standard_errors.push_back(error_of(variance));
  }
  return result;
}

}  // namespace

Attribution attribute(const Subject& subject, const Lime& method) {
  const Unit unit = subject.unit();
  const bool as_bag = unit == Unit::word && method.flavour == Lime::Flavour::marcotcr;
  const Units shown = units_of(subject, unit);
  Units units = shown;
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
  const WordScore word_score = word_score_of(method, subject.encoder().config, subject.options);
  const auto words_of = [&](const UnitScores& groups) {
    return word_scores(coefficients_of(bag, shown, subject.encoding.size(), word_score, groups.scores), groups);
  };
  if (subject.watch.partial)
    game.on_partial([&](const UnitScores& groups) { subject.watch.partial(partial_words(subject, words_of(groups))); });
  UnitScores found = score_units(game, method);
  const std::vector<double> errors = words_of(found).standard_errors;
  // Each occurrence of a word gets the word's weight, as in the lime package.
  std::vector<double> of_words;
  for (const std::size_t group : bag.group) of_words.push_back(found.scores[group]);
  if (!as_bag) std::fill(of_words.begin() + static_cast<std::ptrdiff_t>(shown.size()), of_words.end(), 0.);
  found.scores = std::move(of_words);
  found.standard_errors.clear();
  Attribution result = attribution_of(subject, bag.words, found, game);
  if (!errors.empty()) result.standard_errors.assign(subject.encoding.size(), 0.);
  for (std::size_t u = 0; u < errors.size(); ++u) result.standard_errors[shown[u].front()] = errors[u];
  return result;
}

}  // namespace limn
