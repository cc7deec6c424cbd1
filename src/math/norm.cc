#include "math/norm.h"

#include "base/parallel.h"
#include "math/kernels.h"

namespace limn {

void norm(View x, std::span<const float> w, std::span<const float> b, float epsilon, NormTrace* trace) {
  if (trace != nullptr) {
    trace->x_hat.resize(x.rows, x.columns);
    trace->inverse_deviation.resize(x.rows);
  }
  parallel_for_rows(x.rows, [&](std::size_t i) {
    const float inverse_deviation = kernels().norm(x.row(i), w.data(), b.empty() ? nullptr : b.data(), epsilon,
                                                   x.columns, x.row(i), trace ? trace->x_hat.row(i) : nullptr);
    if (trace != nullptr) trace->inverse_deviation[i] = inverse_deviation;
  });
}

void norm_vjp(View dx, std::span<const float> w, const NormTrace& trace) {
  parallel_for_rows(
      dx.rows,
      [&](std::size_t i) {
        kernels().norm_vjp(dx.row(i), w.data(), trace.x_hat.row(i), trace.inverse_deviation[i], dx.columns, dx.row(i));
      });
}

void gather(const NormTrace& trace, std::span<const std::size_t> rows, NormTrace& result) {
  gather(trace.x_hat, rows, result.x_hat);
  result.inverse_deviation.clear();
  for (const std::size_t row : rows) result.inverse_deviation.push_back(trace.inverse_deviation[row]);
}

}  // namespace limn
