#include "math/linear.h"

#include <algorithm>

#include "base/parallel.h"
#include "math/gemm.h"
#include "math/kernels.h"

namespace limn {
namespace {

// Large enough that packing the operands costs little, small enough that a few threads share one sentence's work;
// measured with bench/products_bench.cc. They do not depend on the number of threads, so neither do results.
constexpr std::size_t tile_rows = 512, tile_columns = 192;

/// Calls work(rows begin, end, columns begin, end) for each tile of a (rows, columns) result.
template <class Work>
void for_each_tile(std::size_t rows, std::size_t columns, const Work& work) {
  const std::size_t down = (rows + tile_rows - 1) / tile_rows, across = (columns + tile_columns - 1) / tile_columns;
  parallel_for(down * across, [&](std::size_t tile) {
    const std::size_t row = tile / across * tile_rows, column = tile % across * tile_columns;
    work(row, std::min(row + tile_rows, rows), column, std::min(column + tile_columns, columns));
  });
}

}  // namespace

void linear(ConstView x, ConstView w, std::span<const float> b, View y, bool accumulate,
            const std::function<void(View, std::size_t, std::size_t)>& finish) {
  for_each_tile(
      y.rows, y.columns,
      [&](std::size_t row, std::size_t row_end, std::size_t column, std::size_t column_end) {
        const View tile = y.row_range(row, row_end).column_range(column, column_end);
        if (!b.empty()) {
          for (std::size_t i = 0; i < tile.rows; ++i)
            if (accumulate)
              kernels().add(&b[column], tile.columns, tile.row(i));
            else
              std::copy_n(&b[column], tile.columns, tile.row(i));
        }
        gemm(x.row_range(row, row_end), Transpose::no, w.row_range(column, column_end), Transpose::yes, tile, 1,
             accumulate || !b.empty());
        if (finish) finish(tile, row, column);
      });
}

void linear_vjp(ConstView dy, ConstView w, View dx, bool accumulate) {
  for_each_tile(
      dx.rows, dx.columns,
      [&](std::size_t row, std::size_t row_end, std::size_t column, std::size_t column_end) {
        gemm(dy.row_range(row, row_end), Transpose::no, w.column_range(column, column_end), Transpose::no,
             dx.row_range(row, row_end).column_range(column, column_end), 1, accumulate);
      });
}

}  // namespace limn
