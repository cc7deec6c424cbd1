#include "explain/onehot_norm.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "math/linear.h"

namespace limn {
namespace {

/// Rows of the embeddings as columns: (C, rows).
void transpose(const StoredView& rows, Mat& result) {
  constexpr std::size_t some = 16;  // a cache line of each column
  result.resize(rows.columns, rows.rows);
  parallel_for((rows.rows + some - 1) / some, [&](std::size_t index) {
    const std::size_t begin = index * some, end = std::min(begin + some, rows.rows);
    Mat few(end - begin, rows.columns);
    for (std::size_t i = begin; i < end; ++i) rows.read_row(i, few.view().row_span(i - begin));
    for (std::size_t j = 0; j < rows.columns; ++j)
      for (std::size_t i = begin; i < end; ++i) result(j, i) = few(i - begin, j);
  });
}

/// Computes the lower triangle of EᵀE (C, C) in double precision.
std::vector<double> gram(const StoredView& word) {
  // Single precision within a chunk, double precision across chunks: the rounding errors of 60 chunks average out. A
  // sum in single precision would lose the small eigenvalues next to the eigenvalue of the embeddings' mean.
  constexpr std::size_t tile = 128, chunk = 512;
  const std::size_t hidden_size = word.columns;
  std::vector<double> sums(hidden_size * hidden_size, 0.);
  Mat columns, part(hidden_size, tile);
  for (std::size_t begin = 0; begin < word.rows; begin += chunk) {
    transpose(word.row_range(begin, std::min(begin + chunk, word.rows)), columns);
    for (std::size_t column = 0; column < hidden_size; column += tile) {
      const std::size_t end = std::min(column + tile, hidden_size);
      part.resize(hidden_size - column, end - column);
      linear(columns.view().row_range(column, hidden_size), Weight(columns.view().row_range(column, end)), part);
      parallel_for_rows(part.rows(), [&](std::size_t i) {
        double* const to = &sums[(column + i) * hidden_size + column];
        for (std::size_t j = 0; j < part.columns(); ++j) to[j] += part(i, j);
      });
    }
  }
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
