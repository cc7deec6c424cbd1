#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "math/activation.h"
#include "math/mat.h"
#include "math/stored_view.h"

namespace limn {

// Operations on all rows of a matrix, distributed over the threads.

/// y = x. Both (N, C).
void copy(ConstView x, View y);

/// y = y + x. Both (N, C).
void add(ConstView x, View y);

/// y_i = y_i + table[indices[i]]. y (N, C), table (…, C), indices (N).
void add_rows(ConstView table, std::span<const std::int32_t> indices, View y);

/// Returns the rows of the table (…, C) with these indices (N): (N, C).
Mat gather_rows(const StoredView& table, std::span<const std::int32_t> indices);

/// x = act(x); derivative = act′(x), unless `derivative` is empty. Both (N, C).
void activate(Activation activation, View x, View derivative = {});

/// dy = dy ∘ derivative. Both (N, C).
void activate_vjp(View dy, ConstView derivative);

}  // namespace limn
