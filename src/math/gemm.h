#pragma once

#include "math/kernels.h"
#include "math/mat.h"

namespace limn {

enum class Transpose { no, yes };

/// C = alpha · op(A) · op(B) + (accumulate ? C : 0), on the calling thread. Shapes: C (M, N), op(A) (M, K), op(B) (K,
/// N).
void gemm(ConstView a, Transpose transpose_a, ConstView b, Transpose transpose_b, View c, float alpha = 1,
          bool accumulate = false, const Kernels& with = kernels());

}  // namespace limn
