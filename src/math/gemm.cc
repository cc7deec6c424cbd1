#include "math/gemm.h"

#include <oneapi/dnnl/dnnl.h>

#include <cassert>
#include <new>

/// Of GCC's OpenMP library, which oneDNN uses whatever compiles limn; clang comes without its header.
extern "C" void omp_set_num_threads(int threads) noexcept;

namespace limn {

void gemm(ConstView a, Transpose transpose_a, ConstView b, Transpose transpose_b, View c, float alpha,
          bool accumulate) {
  const std::size_t inner = transpose_a == Transpose::no ? a.columns : a.rows;
  assert((transpose_a == Transpose::no ? a.rows : a.columns) == c.rows);
  assert((transpose_b == Transpose::no ? b.rows : b.columns) == inner);
  assert((transpose_b == Transpose::no ? b.columns : b.rows) == c.columns);
  if (c.empty()) return;
  // oneDNN would start an OpenMP team; work is cut into threads by parallel_for alone.
  thread_local const bool alone = (omp_set_num_threads(1), true);
  (void)alone;
  const auto size = [](std::size_t n) { return static_cast<dnnl_dim_t>(n); };
  const auto letter = [](Transpose transpose) { return transpose == Transpose::yes ? 'T' : 'N'; };
  const dnnl_status_t status =
      dnnl_sgemm(letter(transpose_a), letter(transpose_b), size(c.rows), size(c.columns), size(inner), alpha, a.data,
                 size(a.stride), b.data, size(b.stride), accumulate ? 1.f : 0.f, c.data, size(c.stride));
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  assert(status == dnnl_success);
}

}  // namespace limn
