// The peak of float32 multiply-add instructions of one core, with which docs/performance.md compares the products.
#include <benchmark/benchmark.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace limn {
namespace {

#if defined(__x86_64__)
// Enough independent sums to hide the latency of an instruction: 4 or 5 cycles, two instructions each.
constexpr int sums = 12, rounds = 1000;

__attribute__((target("avx512f"))) void multiply_add_512() {
  __m512 sum[sums], factor = _mm512_set1_ps(0.5f);
  for (__m512& s : sum) s = factor;
  for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (__m512& s : sum) {
      s = _mm512_fmadd_ps(s, factor, factor);
      asm volatile("" : "+v"(s));  // or the compiler would compute the result itself
    }
  }
}

__attribute__((target("avx2,fma"))) void multiply_add_256() {
  __m256 sum[sums], factor = _mm256_set1_ps(0.5f);
  for (__m256& s : sum) s = factor;
  for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (__m256& s : sum) {
      s = _mm256_fmadd_ps(s, factor, factor);
      asm volatile("" : "+x"(s));
    }
  }
}

void multiply_add_peak(benchmark::State& state) {
  const bool wide = __builtin_cpu_supports("avx512f");
  if (!wide && !__builtin_cpu_supports("fma")) return state.SkipWithError("this processor has no multiply-add");
  for (auto _ : state) wide ? multiply_add_512() : multiply_add_256();
  const double operations = 2. * (wide ? 16 : 8) * sums * rounds * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(1e-9 * operations, benchmark::Counter::kIsRate);
}
BENCHMARK(multiply_add_peak);
#endif

}  // namespace
}  // namespace limn
