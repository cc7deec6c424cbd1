#include "math/gemm.h"

#include <cassert>

namespace limn {

void gemm(ConstView a, Transpose transpose_a, ConstView b, Transpose transpose_b, View c, float alpha, bool accumulate,
          const Kernels& with) {
  const bool by_column = transpose_a == Transpose::yes;
  const std::size_t inner = by_column ? a.rows : a.columns;
  assert((by_column ? a.columns : a.rows) == c.rows);
  assert((transpose_b == Transpose::no ? b.rows : b.columns) == inner);
  assert((transpose_b == Transpose::no ? b.columns : b.rows) == c.columns);
  if (c.empty()) return;
  with.products.product(
      {.rows = c.rows,
       .columns = c.columns,
       .inner = inner,
       .left = a.data,
       .left_row_stride = by_column ? 1 : a.stride,
       .left_inner_stride = by_column ? a.stride : 1,
       .right = {.data = b.data, .stride = b.stride, .columns_contiguous = transpose_b == Transpose::yes},
       .result = c.data,
       .result_stride = c.stride,
       .alpha = alpha,
       .addend = accumulate ? Addend{c.data, c.stride} : Addend{}});
}

}  // namespace limn
