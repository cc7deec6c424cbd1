#if defined(__AMX_BF16__) || defined(__AMXBF16__)  // GCC and clang 14; other processors have no such instructions

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "math/kernels.h"
#include "math/product.h"

// The instructions are macros of the compiler's, which need the tile's number as a literal.
#define tile_zero(tile) _tile_zero(tile)
#define tile_load(tile, data) _tile_loadd(tile, data, 64)
#define tile_store(tile, data) _tile_stored(tile, data, 64)
#define tile_multiply(sums, left, right) _tile_dpbf16ps(sums, left, right)

namespace limn::amx {
namespace {

using std::size_t;

#include "math/products.inc"

/// All eight tiles have 16 rows of 64 bytes.
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

void tile_configure() {
  // Static: GCC 12 believes that the instruction reads 8 bytes, and might not write the others to the stack.
  static constexpr TileConfiguration configuration;
  _tile_loadconfig(&configuration);
}

/// Unused tiles cost nothing when the system switches threads.
void tile_release() { _tile_release(); }

#define LIMN_SPLIT_LINE
void split_line(const float* x, std::uint16_t* high, std::uint16_t* low) {
  const __m512 first = _mm512_loadu_ps(x), second = _mm512_loadu_ps(x + 16);
  const __m512i rounded = (__m512i)_mm512_cvtne2ps_pbh(second, first);
  _mm512_store_si512(high, rounded);
  const auto rest = [](__m512 all, __m256i part) {
    return _mm512_sub_ps(all, _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(part), 16)));
  };
  _mm512_store_si512(low, (__m512i)_mm512_cvtne2ps_pbh(rest(second, _mm512_extracti64x4_epi64(rounded, 1)),
                                                       rest(first, _mm512_castsi512_si256(rounded))));
}

#include "math/tiles.inc"

}  // namespace

extern const ProductKernels products;
const ProductKernels products = tile_products;

}  // namespace limn::amx

#endif
