#include "math/kernels.h"

#include <cstdlib>
#include <vector>

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace limn {

#if defined(__x86_64__)
namespace amx {
extern const ProductKernels products;
}
namespace avx512 {
extern const Kernels kernels;
}
namespace avx2 {
extern const Kernels kernels;
}
#endif
namespace amx_emulated {
extern const ProductKernels products;
}
namespace baseline {
extern const Kernels kernels;
}

namespace {

Kernels with_products(Kernels kernels, std::string_view isa, const ProductKernels& products) {
  kernels.isa = isa;
  kernels.products = products;
  return kernels;
}

#if defined(__x86_64__)
/// Whether the processor has AMX and AVX512-BF16 (CPUID leaf 7), and Linux lets this process use the tiles, which it
/// must be asked for.
bool has_amx() {
#if defined(__linux__)
  unsigned a = 7, b = 0, c = 0, d = 0;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  constexpr unsigned amx_bf16 = 1u << 22, amx_tile = 1u << 24;
  if ((d & amx_bf16) == 0 || (d & amx_tile) == 0) return false;
  a = 7, c = 1;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  constexpr unsigned avx512_bf16 = 1u << 5;
  if ((a & avx512_bf16) == 0) return false;
  constexpr long request = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return ::syscall(SYS_arch_prctl, request, tile_data) == 0;
#else
  return false;
#endif
}
#endif

}  // namespace

std::span<const Kernels* const> available_kernels() {
  static const std::vector<const Kernels*> list = [] {
    std::vector<const Kernels*> found;
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
      static const Kernels with_amx = with_products(avx512::kernels, "amx", amx::products);
      if (has_amx()) found.push_back(&with_amx);
      found.push_back(&avx512::kernels);
    }
    if (has_avx2) found.push_back(&avx2::kernels);
#endif
    static const Kernels emulated = with_products(baseline::kernels, "amx-emulated", amx_emulated::products);
    found.push_back(&baseline::kernels);
    found.push_back(&emulated);
    return found;
  }();
  return list;
}

const Kernels& kernels() {
  static const Kernels& chosen = []() -> const Kernels& {
    const char* wish = std::getenv("LIMN_ISA");
    for (const Kernels* candidate : available_kernels())
      if (wish == nullptr || candidate->isa == wish) return *candidate;
    return *available_kernels().front();
  }();
  return chosen;
}

}  // namespace limn
