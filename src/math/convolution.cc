#include "math/convolution.h"

#include <algorithm>

#include "math/linear.h"

namespace limn {
namespace {

/// Calls work(matrix of the tap, first row of x, first row of y, number of rows, whether the tap is the middle one) for
/// each sequence and tap. The middle tap comes first, since it covers all rows.
template <class Work>
void for_each_tap(std::span<const std::size_t> row_begin, ConstView w, const Work& work) {
  const std::size_t hidden_size = w.columns, width = w.rows / hidden_size, middle = width / 2;
  for (std::size_t sequence = 0; sequence + 1 < row_begin.size(); ++sequence) {
    const std::size_t begin = row_begin[sequence], length = row_begin[sequence + 1] - begin;
    const auto tap = [&](std::size_t k) {
      const std::size_t back = k < middle ? middle - k : 0, ahead = k > middle ? k - middle : 0;
      if (back + ahead >= length) return;
      const std::size_t rows = length - back - ahead;
      work(w.row_range(k * hidden_size, (k + 1) * hidden_size), begin + ahead, begin + back, rows, k == middle);
    };
    tap(middle);
    for (std::size_t k = 0; k < width; ++k)
      if (k != middle) tap(k);
  }
}

}  // namespace

void convolution(ConstView x, std::span<const std::size_t> row_begin, ConstView w, std::span<const float> b, View y) {
  for_each_tap(
      row_begin, w,
      [&](ConstView tap, std::size_t from, std::size_t to, std::size_t rows, bool first) {
        linear(x.row_range(from, from + rows), tap, y.row_range(to, to + rows),
               {.bias = first ? b : std::span<const float>(), .residual = !first});
      });
}

void convolution_vjp(ConstView dy, std::span<const std::size_t> row_begin, ConstView w, View dx) {
  for_each_tap(
      row_begin, w,
      [&](ConstView tap, std::size_t from, std::size_t to, std::size_t rows, bool first) {
        linear_vjp(dy.row_range(to, to + rows), tap, dx.row_range(from, from + rows), {.accumulate = !first});
      });
}

}  // namespace limn
