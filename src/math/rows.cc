#include "math/rows.h"

#include <algorithm>
#include <cassert>

#include "base/parallel.h"
#include "math/kernels.h"

namespace limn {

void copy(ConstView x, View y) {
  assert(x.rows == y.rows && x.columns == y.columns);
  parallel_for_rows(y.rows, [&](std::size_t i) { std::copy_n(x.row(i), x.columns, y.row(i)); });
}

void add(ConstView x, View y) {
  assert(x.rows == y.rows && x.columns == y.columns);
  parallel_for_rows(y.rows, [&](std::size_t i) { kernels().add(x.row(i), y.columns, y.row(i)); });
}

void add_rows(ConstView table, std::span<const std::int32_t> indices, View y) {
  assert(indices.size() == y.rows && table.columns == y.columns);
  parallel_for_rows(y.rows, [&](std::size_t i) {
    kernels().add(table.row(static_cast<std::size_t>(indices[i])), y.columns, y.row(i));
  });
}

Mat gather_rows(const StoredView& table, std::span<const std::int32_t> indices) {
  Mat result(indices.size(), table.columns);
  for (std::size_t i = 0; i < indices.size(); ++i)
    table.read_row(static_cast<std::size_t>(indices[i]), result.view().row_span(i));
  return result;
}

void activate(Activation activation, View x, View derivative) {
  parallel_for_rows(
      x.rows,
      [&](std::size_t i) {
        kernels().activate(activation, x.row(i), x.columns, derivative.empty() ? nullptr : derivative.row(i));
      });
}

void activate_vjp(View dy, ConstView derivative) {
  assert(dy.rows == derivative.rows && dy.columns == derivative.columns);
  parallel_for_rows(dy.rows, [&](std::size_t i) { kernels().activate_vjp(dy.row(i), derivative.row(i), dy.columns); });
}

}  // namespace limn
