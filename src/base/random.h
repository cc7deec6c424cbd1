#pragma once

#include <cstdint>
#include <random>

namespace limn {

/// The generator of one draw: its random numbers depend only on the seed and the draw's index, not on earlier draws.
inline std::mt19937_64 random_engine(std::uint64_t seed, std::uint64_t draw) {
  std::seed_seq sequence = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                            static_cast<std::uint32_t>(draw), static_cast<std::uint32_t>(draw >> 32)};
  return std::mt19937_64(sequence);
}

}  // namespace limn
