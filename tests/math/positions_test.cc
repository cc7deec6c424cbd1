// Attention that depends on distances (windows, biases, disentangled products, rotary embeddings), and the convolution.
#include "math/positions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "math/attention.h"
#include "math/convolution.h"
#include "reference.h"

namespace limn::positions_test {
namespace {

using reference::relative_error;
using reference::Vector;

// Scores of up to √D · 3, and their softmax, have a few times the rounding errors of plain products.
constexpr double tolerance = 4e-6;

struct Random : reference::Deviates {
  using Deviates::Deviates;
  ConstView view(std::size_t rows, std::size_t columns) const { return {single.data(), rows, columns}; }
};

/// Compares the derivatives of ⟨u, f(x)⟩ in random directions with the gradient that a vjp computed.
void expect_gradient(const float* gradient, const reference::Function& f, const Vector& x, const Vector& u) {
  for (unsigned direction = 0; direction < 8; ++direction) {
    const Vector v = reference::random(x.size(), 100 + direction);
    const auto along = [&](double step) {
      Vector moved = x;
      for (std::size_t i = 0; i < v.size(); ++i) moved[i] += step * v[i];
      return reference::dot(u, f(moved));
    };
    const double h = 1e-3, expected = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h);
    double got = 0, size = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      got += static_cast<double>(gradient[i]) * v[i];
      size += std::abs(static_cast<double>(gradient[i]) * v[i]);
    }
    EXPECT_NEAR(got, expected, tolerance * size + 1e-9);
  }
}

// ---- buckets ------------------------------------------------------------------------------------------------------
// Runs of equal values from PyTorch. Bias: MPNetEncoder.relative_position_bucket(torch.arange(-600, 601)). Distance:
// make_log_bucket_position(torch.arange(L), B, L) of transformers' modeling_deberta_v2.py.

TEST(BucketTest, BiasBucketsMatchPyTorch) {
  const std::pair<int, int> runs[] = {{15, 510}, {14, 27}, {13, 18}, {12, 14}, {11, 9},  {10, 7},  {9, 4},   {8, 4},
                                      {7, 1},    {6, 1},   {5, 1},   {4, 1},   {3, 1},   {2, 1},   {1, 1},   {0, 1},
                                      {17, 1},   {18, 1},  {19, 1},  {20, 1},  {21, 1},  {22, 1},  {23, 1},  {24, 4},
                                      {25, 4},   {26, 7},  {27, 9},  {28, 14}, {29, 18}, {30, 27}, {31, 510}};
  std::int64_t distance = -600;
  for (const auto& [bucket, length] : runs)
    for (int i = 0; i < length; ++i, ++distance) EXPECT_EQ(bias_bucket(distance), bucket) << distance;
  EXPECT_EQ(distance, 601);
}

struct DistanceCase {
  std::size_t buckets, largest;
  std::vector<std::int64_t> starts;  // the first distance of each bucket above buckets / 2
};
const DistanceCase distance_cases[] = {
    {32, 512, {17, 21, 26, 32, 41, 51, 64, 81, 102, 128, 162, 203, 256, 322, 406}},
    {16, 80, {9, 12, 16, 22, 30, 42, 57}},
    {8, 40, {5, 9, 19}},
};

TEST(BucketTest, DistanceBucketsMatchPyTorch) {
  for (const auto& [buckets, largest, starts] : distance_cases) {
    auto bucket = static_cast<std::int32_t>(buckets / 2);
    auto next = starts.begin();
    for (std::int64_t distance = bucket; distance < static_cast<std::int64_t>(largest); ++distance) {
      if (next != starts.end() && distance == *next) ++bucket, ++next;
      EXPECT_EQ(distance_bucket(distance, buckets, largest), bucket) << distance;
      EXPECT_EQ(distance_bucket(-distance, buckets, largest), -bucket) << distance;
    }
    for (std::int64_t distance = 0; distance < bucket; ++distance)
      if (distance <= static_cast<std::int64_t>(buckets / 2))
        EXPECT_EQ(distance_bucket(distance, buckets, largest), distance);
  }
  EXPECT_EQ(distance_bucket(-77, 0, 100), -77);  // without buckets, the distances themselves
}

TEST(BucketTest, SumsForPublishedDebertaMatchPyTorch) {
  std::int64_t sum = 0, weighted = 0;
  for (std::int64_t distance = 0; distance < 512; ++distance) {
    sum += distance_bucket(distance, 256, 512);
    weighted += distance * distance_bucket(distance, 256, 512);
  }
  EXPECT_EQ(sum, 87297);
  EXPECT_EQ(weighted, 27457213);
}

// ---- attention -----------------------------------------------------------------------------------------------------

struct Shape {
  std::vector<std::size_t> row_begin;
  std::size_t hidden_size, heads;
  std::size_t longest() const {
    std::size_t result = 0;
    for (std::size_t i = 0; i + 1 < row_begin.size(); ++i) result = std::max(result, row_begin[i + 1] - row_begin[i]);
    return result;
  }
  std::size_t rows() const { return row_begin.back(); }
};
// Packed sequences, some longer than a block of queries.
const Shape shapes[] = {{{0, 1}, 4, 2}, {{0, 3, 5, 12}, 12, 3}, {{0, 7, 150}, 8, 1}, {{0, 300}, 8, 2}};

/// The term that is added to scale · q·k in the score of tokens i and j of a sequence; q and k are those of one head.
using Term = std::function<double(std::size_t head, std::size_t i, std::size_t j, const double* q, const double* k)>;

/// softmax(scale · q·k + term) v for packed sequences, by definition.
Vector attention_by_definition(const Shape& shape, double scale, const Term& term, const Vector& qkv) {
  const std::size_t hidden_size = shape.hidden_size, width = hidden_size / shape.heads;
  Vector y(shape.rows() * hidden_size, 0.);
  for (std::size_t s = 0; s + 1 < shape.row_begin.size(); ++s) {
    const std::size_t begin = shape.row_begin[s], length = shape.row_begin[s + 1] - begin;
    for (std::size_t head = 0; head < shape.heads; ++head)
      for (std::size_t i = 0; i < length; ++i) {
        const double* q = &qkv[(begin + i) * 3 * hidden_size + head * width];
        Vector p(length);
        for (std::size_t j = 0; j < length; ++j) {
          const double* k = &qkv[(begin + j) * 3 * hidden_size + hidden_size + head * width];
          double product = 0;
          for (std::size_t d = 0; d < width; ++d) product += q[d] * k[d];
          p[j] = scale * product + term(head, i, j, q, k);
        }
        p = reference::softmax(p);
        for (std::size_t j = 0; j < length; ++j)
          for (std::size_t d = head * width; d < (head + 1) * width; ++d)
            y[(begin + i) * hidden_size + d] += p[j] * qkv[(begin + j) * 3 * hidden_size + 2 * hidden_size + d];
      }
  }
  return y;
}

void check_attention(const Shape& shape, const AttentionScores& scores, const Term& term) {
  const std::size_t rows = shape.rows(), hidden_size = shape.hidden_size;
  const double scale = scores.scale > 0 ? scores.scale : 1 / std::sqrt(static_cast<double>(hidden_size / shape.heads));
  const Random qkv(rows * 3 * hidden_size, 21), u(rows * hidden_size, 22);
  const auto f = [&](const Vector& x) { return attention_by_definition(shape, scale, term, x); };
  Mat context(rows, hidden_size), dqkv(rows, 3 * hidden_size);
  attention(qkv.view(rows, 3 * hidden_size), shape.row_begin, shape.heads, scores, context);
  EXPECT_LT(relative_error(context.row(0), f(qkv.exact)), tolerance) << rows;
  attention_vjp(qkv.view(rows, 3 * hidden_size), shape.row_begin, shape.heads, scores, u.view(rows, hidden_size), dqkv);
  expect_gradient(dqkv.row(0), f, qkv.exact, u.exact);

  // The probabilities of the last sequence give the same context.
  const std::size_t begin = shape.row_begin[shape.row_begin.size() - 2], length = rows - begin,
                    width = hidden_size / shape.heads;
  const ConstView last = qkv.view(rows, 3 * hidden_size).row_range(begin, rows);
  for (std::size_t head = 0; head < shape.heads; ++head) {
    Mat p(length, length);
    attention_probabilities(last, shape.heads, head, scores, p);
    for (std::size_t i = 0; i < length; ++i)
      for (std::size_t d = head * width; d < (head + 1) * width; ++d) {
        double sum = 0;
        for (std::size_t j = 0; j < length; ++j) sum += static_cast<double>(p(i, j)) * last(j, 2 * hidden_size + d);
        EXPECT_NEAR(sum, context(begin + i, d), 1e-5);
      }
  }
}

TEST(AttentionScoresTest, WindowHidesDistantTokens) {
  for (const Shape& shape : shapes)
    for (const std::size_t window : {std::size_t{1}, std::size_t{5}, std::size_t{64}}) {
      check_attention(
          shape, {.window = window},
          [&](std::size_t, std::size_t i, std::size_t j, const double*, const double*) {
            return std::max(i, j) - std::min(i, j) > window ? -std::numeric_limits<double>::infinity() : 0.;
          });
    }
}

TEST(AttentionScoresTest, BiasDependsOnTheDistance) {
  for (const Shape& shape : shapes) {
    const std::size_t longest = shape.longest() + 3, columns = 2 * longest - 1;  // a table may be for longer sequences
    const Random bias(shape.heads * columns, 23);
    check_attention(shape, {.bias = bias.view(shape.heads, columns)},
                    [&](std::size_t head, std::size_t i, std::size_t j, const double*, const double*) {
                      return bias.exact[head * columns + longest - 1 + j - i];
                    });
  }
}

TEST(AttentionScoresTest, DisentangledProductsMatchDefinitionAndGradient) {
  for (const Shape& shape : shapes)
    for (const int products : {1, 2, 3}) {
      const bool with_key = products != 1, with_query = products != 2;
      const std::size_t longest = shape.longest() + 2, rows = 8, hidden_size = shape.hidden_size,
                        width = hidden_size / shape.heads;
      std::vector<std::int32_t> bucket;  // by j − i, decreasing in steps
      for (std::size_t d = 0; d < 2 * longest - 1; ++d)
        bucket.push_back(static_cast<std::int32_t>(rows - 1 - d * rows / (2 * longest - 1)));
      const Random key(rows * hidden_size, 24), query(rows * hidden_size, 25);
      AttentionScores scores{.scale = 0.4f, .bucket = bucket};
      if (with_key) scores.position_key = key.view(rows, hidden_size);
      if (with_query) scores.position_query = query.view(rows, hidden_size);
      check_attention(
          shape, scores, [&](std::size_t head, std::size_t i, std::size_t j, const double* q, const double* k) {
            const std::size_t at = static_cast<std::size_t>(bucket[longest - 1 + j - i]) * hidden_size + head * width;
            double sum = 0;
            for (std::size_t d = 0; d < width; ++d)
              sum += (with_key ? q[d] * key.exact[at + d] : 0) + (with_query ? k[d] * query.exact[at + d] : 0);
            return static_cast<double>(0.4f) * sum;
          });
    }
}

// ---- rotations -----------------------------------------------------------------------------------------------------

/// Rotates pair i of every head of q and k at position t by t · theta^(−2i/D).
Vector rotated(const Shape& shape, double theta, Vector qkv) {
  const std::size_t hidden_size = shape.hidden_size, width = hidden_size / shape.heads;
  for (std::size_t s = 0; s + 1 < shape.row_begin.size(); ++s)
    for (std::size_t row = shape.row_begin[s]; row < shape.row_begin[s + 1]; ++row)
      for (std::size_t part = 0; part < 2 * shape.heads; ++part)
        for (std::size_t i = 0; i < width / 2; ++i) {
          const double exponent = -2. * static_cast<double>(i) / static_cast<double>(width);
          const double angle = static_cast<double>(row - shape.row_begin[s]) * std::pow(theta, exponent);
          double &a = qkv[row * 3 * hidden_size + part * width + i],
                 &b = qkv[row * 3 * hidden_size + part * width + i + width / 2];
          const std::complex<double> turned = std::complex(a, b) * std::polar(1., angle);
          a = turned.real(), b = turned.imag();
        }
  return qkv;
}

TEST(RotationTest, MatchesDefinitionAndTranspose) {
  for (const Shape& shape : shapes) {
    const std::size_t rows = shape.rows(), columns = 3 * shape.hidden_size;
    const Rotation angles = rotation(shape.longest(), shape.hidden_size / shape.heads, 100);
    const Random qkv(rows * columns, 26), u(rows * columns, 27);
    Mat y = copy(qkv.view(rows, columns)), dx = copy(u.view(rows, columns));
    rotate(y, shape.row_begin, shape.heads, angles);
    // An angle of up to 300 has an error of up to 300 · 6e-8 in single precision.
    EXPECT_LT(relative_error(y.row(0), rotated(shape, 100, qkv.exact)), 2e-5);
    rotate_vjp(dx, shape.row_begin, shape.heads, angles);
    double forward = 0, backward = 0, size = 0;  // a rotation is linear: ⟨u, R x⟩ = ⟨Rᵀ u, x⟩
    for (std::size_t i = 0; i < u.exact.size(); ++i) {
      forward += u.exact[i] * y.row(0)[i];
      backward += dx.row(0)[i] * qkv.exact[i];
      size += std::abs(u.exact[i] * y.row(0)[i]);
    }
    EXPECT_NEAR(forward, backward, 1e-6 * size);
  }
}

// ---- convolution ---------------------------------------------------------------------------------------------------

Vector convolved(const Shape& shape, std::size_t width, const Vector& w, const Vector& b, const Vector& x) {
  const std::size_t hidden_size = shape.hidden_size;
  Vector y(x.size());
  for (std::size_t s = 0; s + 1 < shape.row_begin.size(); ++s)
    for (std::size_t row = shape.row_begin[s]; row < shape.row_begin[s + 1]; ++row)
      for (std::size_t out = 0; out < hidden_size; ++out) {
        double sum = b[out];
        for (std::size_t tap = 0; tap < width; ++tap) {
          const std::size_t from = row + tap - width / 2;  // wraps around to a huge index before the start
          if (from < shape.row_begin[s] || from >= shape.row_begin[s + 1]) continue;
          for (std::size_t in = 0; in < hidden_size; ++in)
            sum += w[(tap * hidden_size + out) * hidden_size + in] * x[from * hidden_size + in];
        }
        y[row * hidden_size + out] = sum;
      }
  return y;
}

TEST(ConvolutionTest, DoesNotCrossSequences) {
  for (const Shape& shape : shapes)
    for (const std::size_t width : {std::size_t{1}, std::size_t{3}, std::size_t{5}}) {
      const std::size_t rows = shape.rows(), hidden_size = shape.hidden_size;
      const Random x(rows * hidden_size, 28), w(width * hidden_size * hidden_size, 29), b(hidden_size, 30),
          u(rows * hidden_size, 31);
      const auto f = [&](const Vector& v) { return convolved(shape, width, w.exact, b.exact, v); };
      Mat y(rows, hidden_size), dx(rows, hidden_size);
      convolution(x.view(rows, hidden_size), shape.row_begin, w.view(width * hidden_size, hidden_size), b.single, y);
      EXPECT_LT(relative_error(y.row(0), f(x.exact)), tolerance) << width;
      convolution_vjp(u.view(rows, hidden_size), shape.row_begin, w.view(width * hidden_size, hidden_size), dx);
      expect_gradient(dx.row(0), f, x.exact, u.exact);
    }
}

}  // namespace
}  // namespace limn::positions_test
