#include <cstddef>
#include <cstdint>

#include "math/kernels.h"
#include "math/product.h"

namespace limn::amx_emulated {
namespace {

using std::size_t;

#include "math/products.inc"

/// The eight tiles of a thread.
alignas(64) thread_local char tiles[8][1024];

void tile_configure() {}
void tile_release() {}
void tile_zero(int tile) { __builtin_memset(tiles[tile], 0, sizeof tiles[tile]); }
void tile_load(int tile, const char* data) { __builtin_memcpy(tiles[tile], data, sizeof tiles[tile]); }
void tile_store(int tile, char* data) { __builtin_memcpy(data, tiles[tile], sizeof tiles[tile]); }

/// TDPBF16PS of Intel's Software Developer's Manual: row r of the right tile holds the terms 2r and 2r + 1 of each
/// column.
void tile_multiply(int sums, int left, int right) {
  float* const c = reinterpret_cast<float*>(tiles[sums]);
  const std::uint16_t* const a = reinterpret_cast<const std::uint16_t*>(tiles[left]);
  const std::uint16_t* const b = reinterpret_cast<const std::uint16_t*>(tiles[right]);
  for (size_t m = 0; m < 16; ++m)
    for (size_t k = 0; k < 16; ++k)
      for (size_t n = 0; n < 16; ++n)
        for (size_t term = 0; term < 2; ++term)
          c[m * 16 + n] += from_bf16(a[m * 32 + 2 * k + term]) * from_bf16(b[k * 32 + 2 * n + term]);
}

#include "math/tiles.inc"

}  // namespace

extern const ProductKernels products;
const ProductKernels products = tile_products;

}  // namespace limn::amx_emulated
