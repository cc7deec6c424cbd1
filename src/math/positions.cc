#include "math/positions.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/parallel.h"
#include "math/kernels.h"

namespace limn {
namespace {

/// Calls work(queries or keys of a head, position) for each row of qkv and each head.
template <class Work>
void for_each_part(View qkv, std::span<const std::size_t> row_begin, std::size_t heads, const Work& work) {
  const std::size_t width = qkv.columns / 3 / heads;
  for (std::size_t sequence = 0; sequence + 1 < row_begin.size(); ++sequence) {
    const std::size_t begin = row_begin[sequence];
    parallel_for_rows(row_begin[sequence + 1] - begin, [&](std::size_t position) {
      for (std::size_t part = 0; part < 2 * heads; ++part) work(qkv.row(begin + position) + part * width, position);
    });
  }
}

}  // namespace

// Both in single precision like PyTorch, since the rounding of the logarithms decides the bucket at some distances.

std::int32_t bias_bucket(std::int64_t distance) {
  constexpr std::int32_t half = 16, exact = 8;
  const std::int32_t side = distance > 0 ? half : 0;
  const std::int64_t size = std::abs(distance);
  if (size < exact) return side + static_cast<std::int32_t>(size);
  const float share = std::log(static_cast<float>(size) / exact) / static_cast<float>(std::log(128. / exact));
  const float above = std::min(share * (half - exact), static_cast<float>(half));
  return side + std::min(half - 1, exact + static_cast<std::int32_t>(above));
}

std::int32_t distance_bucket(std::int64_t distance, std::size_t buckets, std::size_t largest) {
  const auto middle = static_cast<std::int64_t>(buckets / 2);
  const std::int64_t size = std::abs(distance);
  if (buckets == 0 || size <= middle) return static_cast<std::int32_t>(distance);
  const auto last = static_cast<float>(largest - 1), mid = static_cast<float>(middle);
  const float share = std::log(static_cast<float>(size) / mid) / std::log(last / mid);
  const auto bucket = static_cast<std::int32_t>(std::ceil(share * (mid - 1)) + mid);
  return distance < 0 ? -bucket : bucket;
}

Rotation rotation(std::size_t positions, std::size_t width, float theta) {
  Rotation result{.cosine = Mat(positions, width / 2), .sine = Mat(positions, width / 2)};
  for (std::size_t i = 0; i < width / 2; ++i) {
    // In single precision, like PyTorch.
    const float frequency = 1.f / std::pow(theta, static_cast<float>(2 * i) / static_cast<float>(width));
    for (std::size_t position = 0; position < positions; ++position) {
      const float angle = static_cast<float>(position) * frequency;
      result.cosine(position, i) = std::cos(angle);
      result.sine(position, i) = std::sin(angle);
    }
  }
  return result;
}

void rotate(View qkv, std::span<const std::size_t> row_begin, std::size_t heads, const Rotation& rotation) {
  for_each_part(
      qkv, row_begin, heads,
      [&](float* x, std::size_t position) {
        kernels().rotate(rotation.cosine.row(position), rotation.sine.row(position), rotation.cosine.columns(), x);
      });
}

void rotate_vjp(View dqkv, std::span<const std::size_t> row_begin, std::size_t heads, const Rotation& rotation) {
  for_each_part(
      dqkv, row_begin, heads,
      [&](float* dx, std::size_t position) {
        kernels().rotate_vjp(rotation.cosine.row(position), rotation.sine.row(position), rotation.cosine.columns(), dx);
      });
}

}  // namespace limn
