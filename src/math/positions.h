#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "math/mat.h"

namespace limn {

/// The bucket of a key `distance` after its query, of 32 (Raffel et al. 2020, as MPNet has it): 16 for keys before and
/// at the query, 16 for those after it; distances from 8 on share buckets, on a logarithmic scale that ends at 128.
std::int32_t bias_bucket(std::int64_t distance);

/// The bucket of a query `distance` after its key (He et al. 2021, DeBERTa's version 2): distances up to buckets / 2
/// have their own, others share buckets up to ±buckets, on a logarithmic scale that ends at largest − 1; odd in the
/// distance.
/// @param buckets 0: every distance is a bucket.
std::int32_t distance_bucket(std::int64_t distance, std::size_t buckets, std::size_t largest);

/// Angles of rotary position embeddings (Su et al. 2021): position · theta^(−2i/D), for each position and i < D/2.
struct Rotation {
  Mat cosine, sine;  // (M, D/2)
};
Rotation rotation(std::size_t positions, std::size_t width, float theta);

/// Turns queries and keys of each head by the angles of their position in the sequence. qkv (N, 3C), in place;
/// row_begin as in attention.h.
void rotate(View qkv, std::span<const std::size_t> row_begin, std::size_t heads, const Rotation& rotation);
void rotate_vjp(View dqkv, std::span<const std::size_t> row_begin, std::size_t heads, const Rotation& rotation);

}  // namespace limn
