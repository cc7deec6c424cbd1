#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "math/mat.h"

namespace limn {

/// The bucket (of 32) of a key at position `distance` relative to its query (Raffel et al. 2020, with MPNet's
/// constants): 16 buckets for keys up to the query, 16 for keys after it. Distances from 8 on share buckets on a
/// logarithmic scale that ends at 128.
std::int32_t bias_bucket(std::int64_t distance);

/// The bucket of a query at position `distance` relative to its key (He et al. 2021, DeBERTa version 2): distances up
/// to buckets / 2 have one each, others share buckets up to ±buckets on a logarithmic scale that ends at largest − 1.
/// An odd function of the distance.
/// @param buckets 0: one bucket per distance.
std::int32_t distance_bucket(std::int64_t distance, std::size_t buckets, std::size_t largest);

/// Cosine and sine of the angles of rotary embeddings (Su et al. 2021): position · theta^(−2i/D) for i < D/2.
struct Rotation {
  Mat cosine, sine;  // (M, D/2)
};
Rotation rotation(std::size_t positions, std::size_t width, float theta);

/// Rotates the queries and keys of each head by the angles of their positions in the sequence. qkv (N, 3C), in place;
/// row_begin as in attention.h.
void rotate(View qkv, std::span<const std::size_t> row_begin, std::size_t heads, const Rotation& rotation);
void rotate_vjp(View dqkv, std::span<const std::size_t> row_begin, std::size_t heads, const Rotation& rotation);

}  // namespace limn
