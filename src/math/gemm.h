#pragma once

#include "math/mat.h"

namespace limn {

enum class Transpose { no, yes };

/// C = alpha · op(A) · op(B) + (accumulate ? C : 0), on the calling thread. All matrix products of limn run here;
/// oneDNN selects the implementation for the processor (AVX2, AVX-512, …). Shapes: C (M, N), op(A) (M, K), op(B) (K,
/// N).
void gemm(ConstView a, Transpose transpose_a, ConstView b, Transpose transpose_b, View c, float alpha = 1,
          bool accumulate = false);

}  // namespace limn
