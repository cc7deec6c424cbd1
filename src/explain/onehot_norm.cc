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

/// Computes the lower triangle of EᵀE (C, C) in double precision.
std::vector<double> gram(ConstView word) {
  // Single precision within a chunk, double precision across chunks: the rounding errors of 120 chunks average out. A
  // sum in single precision would lose the small eigenvalues next to the eigenvalue of the embeddings' mean.
  constexpr std::size_t tile = 128, chunk = 256;
  const std::size_t hidden_size = word.columns, tiles = (hidden_size + tile - 1) / tile;
  std::vector<double> sums(hidden_size * hidden_size, 0.);
  parallel_for(tiles * (tiles + 1) / 2, [&](std::size_t index) {
    std::size_t down = 0;
    while ((down + 1) * (down + 2) / 2 <= index) ++down;
    const std::size_t across = index - down * (down + 1) / 2;
    const std::size_t row = down * tile, row_end = std::min(row + tile, hidden_size);
    const std::size_t column = across * tile, column_end = std::min(column + tile, hidden_size);
    Mat part(row_end - row, column_end - column);
    for (std::size_t begin = 0; begin < word.rows; begin += chunk) {
      const ConstView rows = word.row_range(begin, std::min(begin + chunk, word.rows));
      gemm(rows.column_range(row, row_end), Transpose::yes, rows.column_range(column, column_end), Transpose::no, part);
      for (std::size_t i = 0; i < part.rows(); ++i)
        for (std::size_t j = 0; j < part.columns(); ++j) sums[(row + i) * hidden_size + column + j] += part(i, j);
    }
  });
  return sums;
}

/// Replaces the lower triangle of a symmetric positive semidefinite matrix (n, n) by its Cholesky factor, column by
/// column. A pivot within the rounding error belongs to a direction in which all embeddings are zero; its column is set
/// to zero.
void cholesky(std::vector<double>& a, std::size_t n) {
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, a[i * n + i]);
  const double smallest = largest * 1e-12;
  std::vector<double> column(n);
  for (std::size_t j = 0; j < n; ++j) {
    const double pivot = a[j * n + j];
    const double root = pivot > smallest ? std::sqrt(pivot) : 0;
    a[j * n + j] = root;
    for (std::size_t i = j + 1; i < n; ++i) column[i] = a[i * n + j] = root > 0 ? a[i * n + j] / root : 0;
    parallel_for_rows(n - j - 1, [&](std::size_t offset) {
      const std::size_t i = j + 1 + offset;
      for (std::size_t k = j + 1; k <= i; ++k) a[i * n + k] -= column[i] * column[k];
    });
  }
}

}  // namespace

OneHotNorm::OneHotNorm(ConstView word) : factor_(word.columns, word.columns) {
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
