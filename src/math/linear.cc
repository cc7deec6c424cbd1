#include "math/linear.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/parallel.h"
#include "math/scratch.h"

namespace limn {
namespace {

// Small enough to distribute the work of one sentence over a few threads, large enough that the epilogue's rows and the
// left operand are read from the cache; measured with bench/products_bench.cc. Results do not depend on the sizes.
constexpr std::size_t tile_rows = most_split_rows, tile_columns = 96, most_tile_columns = 384;
constexpr std::size_t most_layers = 3;  // queries, keys and values

std::size_t quotient_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

struct TileRange {
  std::size_t begin = 0, end = 0;
};

/// The part of an optional (N, columns) matrix that a tile covers, or empty.
template <class T>
BasicView<T> part(BasicView<T> matrix, TileRange rows, TileRange columns) {
  return matrix.empty() ? matrix : matrix.row_range(rows.begin, rows.end).column_range(columns.begin, columns.end);
}

template <class T>
T* row_or_null(BasicView<T> matrix, std::size_t i) {
  return matrix.empty() ? nullptr : matrix.row(i);
}

bool is_split(ConstView x, const Kernels& with) {
  return with.products.split != nullptr && x.columns >= least_prepared_side;
}

std::size_t split_bytes(ConstView x, const Kernels& with) {
  return is_split(x, with) ? with.products.split_bytes(x.rows, x.columns) : 0;
}

/// Wide tiles read long parts of the weights' rows, but every thread needs a few.
std::size_t tile_width(std::size_t columns) {
  constexpr std::size_t tiles_a_thread = 2;
  const std::size_t width = quotient_up(columns, tiles_a_thread * threads() * tile_columns) * tile_columns;
  return std::min(width, most_tile_columns);
}

/// Splits x into `memory` if the instruction set needs it. Returns `memory`, or null.
const char* split(ConstView x, bool columns_contiguous, char* memory, const Kernels& with) {
  if (!is_split(x, with)) return nullptr;
  parallel_for(quotient_up(x.rows, split_rows), [&](std::size_t block) {
    with.products.split(x.data, x.stride, x.rows, x.columns, block, columns_contiguous, memory);
  });
  return memory;
}

/// The previous content of y, or nothing.
Addend previous(View y, bool added) { return added ? Addend{y.data, y.stride} : Addend{}; }

void multiply(ConstView x, const char* split_x, const Operand& w, View y, Addend addend, const Kernels& with) {
  with.products.product({.rows = y.rows,
                         .columns = y.columns,
                         .inner = x.columns,
                         .left = x.data,
                         .left_row_stride = x.stride,
                         .right = w,
                         .result = y.data,
                         .result_stride = y.stride,
                         .addend = addend,
                         .split_left = split_x});
}

void linear_tile(ConstView x, const char* split_x, const LinearLayer& layer, TileRange rows, TileRange columns,
                 const Kernels& with) {
  const Epilogue& epilogue = layer.epilogue;
  const View tile = part(layer.y, rows, columns);
  const std::span<const float> b = epilogue.bias;
  Addend addend = previous(tile, epilogue.residual);
  if (!b.empty() && epilogue.residual)
    for (std::size_t i = 0; i < tile.rows; ++i) with.add(&b[columns.begin], tile.columns, tile.row(i));
  else if (!b.empty())
    addend = {.at = &b[columns.begin]};
  multiply(x, split_x, layer.w.transposed(with).from_column(columns.begin), tile, addend, with);
  const View derivative = part(epilogue.derivative, rows, columns);
  const View gated = part(epilogue.gated, rows, columns);
  const View ungated = part(epilogue.ungated, rows, columns);
  if (!gated.empty())
    for (std::size_t i = 0; i < tile.rows; ++i)
      with.gate(tile.row(i), tile.columns, gated.row(i), row_or_null(derivative, i), row_or_null(ungated, i));
  else if (epilogue.activation != Activation::identity || !derivative.empty())
    for (std::size_t i = 0; i < tile.rows; ++i)
      with.activate(epilogue.activation, tile.row(i), tile.columns, row_or_null(derivative, i));
}

void vjp_tile_epilogue(View tile, const VjpEpilogue& epilogue, TileRange rows, TileRange columns, const Kernels& with) {
  const ConstView derivative = part(epilogue.derivative, rows, columns);
  const ConstView ungated = part(epilogue.ungated, rows, columns);
  const View dgate = part(epilogue.dgate, rows, columns);
  if (derivative.empty()) return;
  for (std::size_t i = 0; i < tile.rows; ++i)
    if (!ungated.empty())
      with.gate_vjp(derivative.row(i), ungated.row(i), tile.columns, tile.row(i), dgate.row(i));
    else
      with.activate_vjp(tile.row(i), derivative.row(i), tile.columns);
}

}  // namespace

void linear(ConstView x, std::span<const LinearLayer> layers, const Kernels& with) {
  std::size_t tiles = 0;
  for (const LinearLayer& layer : layers) {
    assert(layer.w.outputs() == layer.y.columns && layer.w.inputs() == x.columns && x.rows == layer.y.rows);
    assert(layer.epilogue.gated.empty() || layer.epilogue.activation == Activation::identity);
    layer.w.prepare(with, true);
    tiles += quotient_up(layer.y.columns, tile_columns);
  }
  for (TileRange rows; rows.begin < x.rows; rows.begin = rows.end) {
    rows.end = std::min(rows.begin + tile_rows, x.rows);
    const ConstView tile_x = x.row_range(rows.begin, rows.end);
    const char* const split_x = split(tile_x, true, scratch(split_bytes(tile_x, with)), with);
    parallel_for(tiles, [&](std::size_t tile) {
      std::size_t index = 0, column = tile * tile_columns;
      for (; column >= quotient_up(layers[index].y.columns, tile_columns) * tile_columns; ++index)
        column -= quotient_up(layers[index].y.columns, tile_columns) * tile_columns;
      const LinearLayer& layer = layers[index];
      linear_tile(tile_x, split_x, layer, rows, {column, std::min(column + tile_columns, layer.y.columns)}, with);
    });
  }
}

void linear(ConstView x, const Weight& w, View y, const Epilogue& epilogue, const Kernels& with) {
  const LinearLayer layer = {.w = w, .y = y, .epilogue = epilogue};
  linear(x, {&layer, 1}, with);
}

void linear_vjp(std::span<const LinearLayerVjp> layers, View dx, const VjpEpilogue& epilogue, const Kernels& with) {
  assert(layers.size() <= most_layers);
  for (const LinearLayerVjp& layer : layers) layer.w.prepare(with, false);
  for (TileRange rows; rows.begin < dx.rows; rows.begin = rows.end) {
    rows.end = std::min(rows.begin + tile_rows, dx.rows);
    std::array<ConstView, most_layers> dy;
    std::array<const char*, most_layers> split_dy = {};
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      assert(layers[i].w.outputs() == layers[i].dy.columns && layers[i].w.inputs() == dx.columns);
      dy[i] = layers[i].dy.row_range(rows.begin, rows.end);
      bytes += split_bytes(dy[i], with);
    }
    char* memory = scratch(bytes);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      split_dy[i] = split(dy[i], false, memory, with);
      memory += split_bytes(dy[i], with);
    }
    const std::size_t width = tile_width(dx.columns);
    parallel_for(quotient_up(dx.columns, width), [&](std::size_t tile) {
      const TileRange columns = {tile * width, std::min((tile + 1) * width, dx.columns)};
      const View result = part(dx, rows, columns);
      for (std::size_t i = 0; i < layers.size(); ++i)
        multiply(dy[i], split_dy[i], layers[i].w.operand(with).from_column(columns.begin), result,
                 previous(result, epilogue.accumulate || i > 0), with);
      vjp_tile_epilogue(result, epilogue, rows, columns, with);
    });
  }
}

void linear_vjp(ConstView dy, const Weight& w, View dx, const VjpEpilogue& epilogue, const Kernels& with) {
  const LinearLayerVjp layer = {.dy = dy, .w = w};
  linear_vjp({&layer, 1}, dx, epilogue, with);
}

}  // namespace limn
