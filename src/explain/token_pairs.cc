#include "explain/token_pairs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "explain/baseline.h"
#include "explain/method_info.h"
#include "explain/passes.h"
#include "explain/subject.h"
#include "math/quadrature.h"
#include "model/head.h"
#include "task/embedding.h"

namespace limn {
namespace {

constexpr std::size_t path_nodes = 16;

using Rows = std::vector<std::vector<double>>;  // one vector per token

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.);
}

/// Whether the embedding, up to its length, is a sum of one vector per token that means something: the first or last
/// token alone says nothing about the others.
bool is_sum_over_tokens(const Head& head) {
  const auto one_token = [](Pooling pooling) { return pooling == Pooling::first || pooling == Pooling::last; };
  return std::ranges::none_of(head.poolings, one_token) &&
         std::ranges::all_of(head.steps, [](const HeadStep& step) { return step.linear.w.empty(); });
}

/// What each token adds to the pooled row.
Rows parts_of(const Encoder& encoder, const Encoding& encoding) {
  Batch batch;
  batch.add(encoding.ids, encoding.type_ids, encoding.unpooled);
  const Layer last = {static_cast<int>(encoder.config.layers)};
  const Mat hidden = forward_words(encoder, batch, last);
  const Mat parts = pooled_parts(encoder, batch, hidden);
  Rows rows;
  for (std::size_t i = 0; i < parts.rows(); ++i) {
    const auto row = parts.view().row_span(i);
    rows.emplace_back(row.begin(), row.end());
  }
  return rows;
}

/// Divides all rows by the length of their sum.
void to_unit_sum(Rows& rows) {
  std::vector<double> sum(rows.front().size(), 0.);
  for (const auto& row : rows)
    for (std::size_t j = 0; j < row.size(); ++j) sum[j] += row[j];
  const double length = std::sqrt(dot(sum, sum));
  if (length == 0) return;
  for (auto& row : rows)
    for (double& value : row) value /= length;
}

/// The straight path of one text's input from its baseline.
class TokenPath {
 public:
  TokenPath(const Explainer& explainer, const Encoding& encoding, const Target& target, const ExplainOptions& options,
            const Watch& watch)
      : subject_{.explainer = explainer,
                 .encoding = encoding,
                 .target = target,
                 .text = {},
                 .pair = {},
                 .options = options,
                 .watch = watch},
        layer_(common_options(IntegratedGradients{}, subject_.encoder().config).layer),
        start_(baseline_at(subject_, layer_, Baseline{})),
        end_(input_at(subject_, layer_)) {}

  std::size_t tokens() const { return end_.rows(); }

  /// Returns u_i for each token i, by central differences: Σ over the nodes of weight · (ê(x + h d_i) − ê(x − h d_i)) /
  /// 2h, where d_i is token i's row of the input minus the baseline.
  Rows derivatives(std::size_t& passes) const {
    constexpr double h = 1e-2;  // balances the error of h² against rounding in single precision
    const std::vector<Node> nodes = gauss_legendre(path_nodes);
    Rows result(tokens());
    std::vector<std::size_t> moving;
    for (std::size_t t = 0; t < tokens(); ++t)
      if (moves(t)) moving.push_back(t);
    const std::size_t count = nodes.size() * moving.size() * 2;
    const auto fill = [&](std::size_t i, View x) {
      const double alpha = nodes[i / 2 / moving.size()].x;
      set(alpha, x);
      const std::size_t t = moving[i / 2 % moving.size()];
      add_row(t, i % 2 == 0 ? h : -h, x);
    };
    const std::vector<std::vector<float>> embeddings = outputs_at(subject_, layer_, count, fill);
    const std::size_t size = embeddings.empty() ? 0 : embeddings.front().size();
    for (auto& row : result) row.assign(size, 0.);
    for (std::size_t i = 0; i < count; ++i) {
      const auto unit = unit_vector(embeddings[i]);
      const double factor = nodes[i / 2 / moving.size()].weight / (2 * h) * (i % 2 == 0 ? 1 : -1);
      auto& row = result[moving[i / 2 % moving.size()]];
      for (std::size_t j = 0; j < size; ++j) row[j] += factor * (*unit)[j];
    }
    passes += count;
    return result;
  }

 private:
  bool moves(std::size_t token) const {
    const auto a = start_.view().row_span(token), b = end_.view().row_span(token);
    return !std::ranges::equal(a, b);
  }
  void set(double alpha, View x) const {
    for (std::size_t i = 0; i < x.rows; ++i)
      for (std::size_t j = 0; j < x.columns; ++j)
        x(i, j) = start_(i, j) + static_cast<float>(alpha) * (end_(i, j) - start_(i, j));
  }
  void add_row(std::size_t token, double factor, View x) const {
    for (std::size_t j = 0; j < x.columns; ++j)
      x(token, j) += static_cast<float>(factor) * (end_(token, j) - start_(token, j));
  }

  Subject subject_;
  Layer layer_;
  Mat start_, end_;  // (T, C)
};

}  // namespace

TokenPairs token_pairs(const Explainer& explainer, const Encoding& a, const Encoding& b, const Watch& watch) {
  const Encoder encoder = explainer.pipeline().encoder(watch);
  const std::vector<Encoding> both = {a, b};
  const std::vector<Mat> embeddings = run(encoder, both);
  TokenPairs result;
  result.passes = 2;
  result.exact = is_sum_over_tokens(encoder.weights.head);
  Rows u, v;
  if (result.exact) {
    u = parts_of(encoder, a), v = parts_of(encoder, b);
    to_unit_sum(u), to_unit_sum(v);
  } else {
    const Target target;
    const ExplainOptions options;
    u = TokenPath(explainer, a, target, options, watch).derivatives(result.passes);
    v = TokenPath(explainer, b, target, options, watch).derivatives(result.passes);
  }
  double sum = 0;
  for (const auto& left : u) {
    auto& row = result.scores.emplace_back();
    for (const auto& right : v) sum += row.emplace_back(dot(left, right));
  }
  result.residual =
      cosine(std::as_const(embeddings[0]).view().row_span(0), *unit_vector(embeddings[1].view().row_span(0))) - sum;
  return result;
}

}  // namespace limn
