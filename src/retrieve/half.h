#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace limn {

/// Rounds to the nearest F16, ties to even; the number must be finite and below 65,520.
inline std::uint16_t to_half(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  // Scaled by 2^-112, F32 has F16's exponent; the addition of 0x0fff and the last bit rounds.
  const auto scaled = std::bit_cast<std::uint32_t>(std::bit_cast<float>(bits & 0x7fffffffu) * 0x1p-112f);
  return static_cast<std::uint16_t>(sign | (scaled + 0x0fffu + (scaled >> 13 & 1u)) >> 13);
}

}  // namespace limn
