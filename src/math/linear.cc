#include "math/linear.h"

#include <algorithm>
#include <cassert>

#include "base/parallel.h"
#include "math/gemm.h"

namespace limn {
namespace {

// Large enough that packing the operands costs little, small enough to distribute the work of one sentence over a few
// threads; measured with bench/products_bench.cc. The sizes, and thus results, do not depend on the number of threads.
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

/// The part of an optional (N, columns) matrix that a tile covers, or empty.
template <class T>
BasicView<T> part(BasicView<T> matrix, std::size_t row, std::size_t row_end, std::size_t column,
                  std::size_t column_end) {
  return matrix.empty() ? matrix : matrix.row_range(row, row_end).column_range(column, column_end);
}

template <class T>
T* row_or_null(BasicView<T> matrix, std::size_t i) {
  return matrix.empty() ? nullptr : matrix.row(i);
}

}  // namespace

void linear(ConstView x, const Weight& w, View y, const Epilogue& epilogue, const Kernels& with) {
  assert(w.outputs() == y.columns && w.inputs() == x.columns && x.rows == y.rows);
  assert(epilogue.gated.empty() || epilogue.activation == Activation::identity);
  const std::span<const float> b = epilogue.bias;
  for_each_tile(
      y.rows, y.columns, [&](std::size_t row, std::size_t row_end, std::size_t column, std::size_t column_end) {
        const View tile = part(y, row, row_end, column, column_end);
        if (!b.empty()) {
          for (std::size_t i = 0; i < tile.rows; ++i)
            if (epilogue.residual)
              with.add(&b[column], tile.columns, tile.row(i));
            else
              std::copy_n(&b[column], tile.columns, tile.row(i));
        }
        gemm(x.row_range(row, row_end), Transpose::no, w.matrix().row_range(column, column_end), Transpose::yes, tile,
             1, epilogue.residual || !b.empty());
        const View derivative = part(epilogue.derivative, row, row_end, column, column_end);
        const View gated = part(epilogue.gated, row, row_end, column, column_end);
        const View ungated = part(epilogue.ungated, row, row_end, column, column_end);
        if (!gated.empty())
          for (std::size_t i = 0; i < tile.rows; ++i)
            with.gate(tile.row(i), tile.columns, gated.row(i), row_or_null(derivative, i), row_or_null(ungated, i));
        else if (epilogue.activation != Activation::identity || !derivative.empty())
          for (std::size_t i = 0; i < tile.rows; ++i)
            with.activate(epilogue.activation, tile.row(i), tile.columns, row_or_null(derivative, i));
      });
}

void linear_vjp(ConstView dy, const Weight& w, View dx, const VjpEpilogue& epilogue, const Kernels& with) {
  assert(w.outputs() == dy.columns && w.inputs() == dx.columns && dx.rows == dy.rows);
  for_each_tile(dx.rows, dx.columns,
                [&](std::size_t row, std::size_t row_end, std::size_t column, std::size_t column_end) {
                  const View tile = part(dx, row, row_end, column, column_end);
                  gemm(dy.row_range(row, row_end), Transpose::no, w.matrix().column_range(column, column_end),
                       Transpose::no, tile, 1, epilogue.accumulate);
                  const ConstView derivative = part(epilogue.derivative, row, row_end, column, column_end);
                  const ConstView ungated = part(epilogue.ungated, row, row_end, column, column_end);
                  const View dgate = part(epilogue.dgate, row, row_end, column, column_end);
                  if (derivative.empty()) return;
                  for (std::size_t i = 0; i < tile.rows; ++i)
                    if (!ungated.empty())
                      with.gate_vjp(derivative.row(i), ungated.row(i), tile.columns, tile.row(i), dgate.row(i));
                    else
                      with.activate_vjp(tile.row(i), derivative.row(i), tile.columns);
                });
}

}  // namespace limn
