#include "math/gemm.h"

#include <oneapi/dnnl/dnnl.h>

#include <cassert>
#include <new>

/// From GCC's OpenMP library, which oneDNN uses with any compiler of limn; clang does not provide its header.
extern "C" void omp_set_num_threads(int threads) noexcept;
extern "C" int omp_get_max_threads() noexcept;

namespace limn {
namespace {

/// Prevents oneDNN from starting an OpenMP team, since only parallel_for distributes work over threads. The calling
/// thread may belong to the host program, so its setting is restored.
class SingleThreaded {
 public:
  SingleThreaded() : before_(omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~SingleThreaded() {
    if (before_ != 1) omp_set_num_threads(before_);
  }
  SingleThreaded(const SingleThreaded&) = delete;
  SingleThreaded& operator=(const SingleThreaded&) = delete;

 private:
  int before_;  // the setting belongs to the calling thread
};

}  // namespace

void gemm(ConstView a, Transpose transpose_a, ConstView b, Transpose transpose_b, View c, float alpha,
          bool accumulate) {
  const std::size_t inner = transpose_a == Transpose::no ? a.columns : a.rows;
  assert((transpose_a == Transpose::no ? a.rows : a.columns) == c.rows);
  assert((transpose_b == Transpose::no ? b.rows : b.columns) == inner);
  assert((transpose_b == Transpose::no ? b.columns : b.rows) == c.columns);
  if (c.empty()) return;
  const SingleThreaded single_threaded;
  const auto size = [](std::size_t n) { return static_cast<dnnl_dim_t>(n); };
  const auto letter = [](Transpose transpose) { return transpose == Transpose::yes ? 'T' : 'N'; };
  const dnnl_status_t status =
      dnnl_sgemm(letter(transpose_a), letter(transpose_b), size(c.rows), size(c.columns), size(inner), alpha, a.data,
                 size(a.stride), b.data, size(b.stride), accumulate ? 1.f : 0.f, c.data, size(c.stride));
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  assert(status == dnnl_success);
}

}  // namespace limn
