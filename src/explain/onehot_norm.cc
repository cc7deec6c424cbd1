#include "explain/onehot_norm.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "math/gemm.h"
#include "math/linear.h"

namespace limn {
namespace {

struct Tile {
  std::size_t row, column;
};

/// The tiles of the lower triangle of a square of tiles.
std::vector<Tile> lower_tiles(std::size_t side) {
  std::vector<Tile> tiles;
  for (std::size_t row = 0; row < side; ++row)
    for (std::size_t column = 0; column <= row; ++column) tiles.push_back({row, column});
  return tiles;
}

/// Computes the lower triangle of EᵀE (C, C) in double precision.
std::vector<double> gram(const StoredView& word) {
  // Single precision within a chunk, double precision across chunks: the rounding errors of 60 chunks average out. A
  // sum in single precision would lose the small eigenvalues next to the eigenvalue of the embeddings' mean.
  constexpr std::size_t side = 96, chunk = 512;
  const std::size_t hidden_size = word.columns, strips = (hidden_size + side - 1) / side;
  const std::vector<Tile> tiles = lower_tiles(strips);
  std::vector<double> sums(hidden_size * hidden_size, 0.);
  Mat copy(strips * chunk, side);  // of a chunk: strips of `side` columns, so that products read them from begin to end
  const auto width = [&](std::size_t strip) { return std::min(side, hidden_size - strip * side); };
  for (std::size_t begin = 0; begin < word.rows; begin += chunk) {
    const std::size_t rows = std::min(chunk, word.rows - begin);
    parallel_for_rows(
        rows,
        [&](std::size_t i) {
          for (std::size_t strip = 0; strip < strips; ++strip)
            word.read_row(begin + i, copy.view().row_span(strip * chunk + i).first(width(strip)), strip * side);
        });
    parallel_for(tiles.size(), [&](std::size_t index) {
      const auto [row, column] = tiles[index];
      const auto strip = [&](std::size_t at) {
        return copy.view().row_range(at * chunk, at * chunk + rows).column_range(0, width(at));
      };
      Mat part(width(row), width(column));
      gemm(strip(row), Transpose::yes, strip(column), Transpose::no, part);
      for (std::size_t i = 0; i < part.rows(); ++i) {
        double* const to = &sums[(row * side + i) * hidden_size + column * side];
        for (std::size_t j = 0; j < part.columns(); ++j) to[j] += part(i, j);
      }
    });
  }
  return sums;
}

/// Replaces the lower triangle of a symmetric positive semidefinite matrix (n, n) by its Cholesky factor, a block of
/// columns at a time. A pivot within the rounding error belongs to a direction in which all embeddings are zero; its
/// column is set to zero.
void cholesky(std::vector<double>& a, std::size_t n) {
  constexpr std::size_t side = 32;
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, a[i * n + i]);
  const double smallest = largest * 1e-12;
  std::vector<double> columns(side * n);  // of the block, as rows
  for (std::size_t begin = 0; begin < n; begin += side) {
    const std::size_t end = std::min(begin + side, n);
    // Solves row i for the columns of the block up to `last`, of which the rows above have been solved.
    const auto solve = [&](std::size_t i, std::size_t last) {
      for (std::size_t j = begin; j < last; ++j) {
        double sum = a[i * n + j];
        for (std::size_t k = begin; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
        const double root = a[j * n + j];
        columns[(j - begin) * n + i] = a[i * n + j] = root > 0 ? sum / root : 0;
      }
    };
    for (std::size_t i = begin; i < end; ++i) {
      solve(i, i);
      double pivot = a[i * n + i];
      for (std::size_t k = begin; k < i; ++k) pivot -= a[i * n + k] * a[i * n + k];
      a[i * n + i] = pivot > smallest ? std::sqrt(pivot) : 0;
    }
    parallel_for_rows(n - end, [&](std::size_t offset) { solve(end + offset, end); });
    parallel_for_rows(n - end, [&](std::size_t offset) {
      const std::size_t i = end + offset;
      for (std::size_t j = begin; j < end; ++j)
        for (std::size_t k = end; k <= i; ++k) a[i * n + k] -= a[i * n + j] * columns[(j - begin) * n + k];
    });
  }
}

}  // namespace

OneHotNorm::OneHotNorm(const StoredView& word) : factor_(word.columns, word.columns) {
  const std::size_t hidden_size = word.columns;
  std::vector<double> factor = gram(word);
  cholesky(factor, hidden_size);
  for (std::size_t i = 0; i < hidden_size; ++i)
    for (std::size_t j = 0; j < hidden_size; ++j)
      factor_(i, j) = j <= i ? static_cast<float>(factor[i * hidden_size + j]) : 0.f;
}

Mat OneHotNorm::apply(ConstView gradients) const {
  Mat result(gradients.rows, gradients.columns);
  linear_vjp(gradients, Weight(factor_), result);  // rows gᵀ L
  return result;
}

}  // namespace limn
