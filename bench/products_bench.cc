// Benchmarks of the matrix products of BERT-base and MiniLM, for one sentence and for a packed batch, and of the other
// kernels on each instruction set. `make bench` builds and runs them; docs/performance.md describes how figures are
// measured.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/parallel.h"
#include "math/attention.h"
#include "math/kernels.h"
#include "math/linear.h"

namespace limn {
namespace {

Mat filled(std::size_t rows, std::size_t columns) {
  Mat x(rows, columns);
  for (std::size_t i = 0; i < rows * columns; ++i) x.row(0)[i] = static_cast<float>(i % 17) / 16.f - 0.5f;
  return x;
}

std::size_t argument(const benchmark::State& state, std::size_t index) {
  return static_cast<std::size_t>(state.range(index));
}

void count_products(benchmark::State& state, std::size_t products) {
  state.counters["GFLOP/s"] = benchmark::Counter(
      2e-9 * static_cast<double>(products) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void linear_shapes(benchmark::internal::Benchmark* bench) {
  for (const int rows : {32, 150, 384, 1024})
    for (const auto& [in, out] : {std::pair{384, 384}, {384, 1536}, {1536, 384}, {768, 768}, {768, 3072}, {3072, 768}})
      bench->Args({rows, in, out});
  bench->UseRealTime();
}

void forward_linear(benchmark::State& state) {
  const std::size_t rows = argument(state, 0), in = argument(state, 1), out = argument(state, 2);
  const Mat x = filled(rows, in), stored = filled(out, in), b = filled(1, out);
  const Weight w = Weight::owned(stored);  // packed by the first product, as those of a model
  Mat y(rows, out);
  for (auto _ : state) linear(x, w, y, {.bias = b.view().row_span(0)});
  count_products(state, rows * in * out);
}
BENCHMARK(forward_linear)->Apply(linear_shapes);

void backward_linear(benchmark::State& state) {
  const std::size_t rows = argument(state, 0), in = argument(state, 1), out = argument(state, 2);
  const Mat dy = filled(rows, out), stored = filled(out, in);
  const Weight w = Weight::owned(stored);
  Mat dx(rows, in);
  for (auto _ : state) linear_vjp(dy, w, dx);
  count_products(state, rows * in * out);
}
BENCHMARK(backward_linear)->Apply(linear_shapes);

void forward_attention(benchmark::State& state) {
  const std::size_t rows = argument(state, 0), hidden_size = 768, heads = 12;
  const Mat qkv = filled(rows, 3 * hidden_size);
  const std::vector<std::size_t> row_begin = {0, rows};
  Mat context(rows, hidden_size);
  for (auto _ : state) attention(qkv, row_begin, heads, {}, context);
  count_products(state, 2 * rows * rows * hidden_size);
}
BENCHMARK(forward_attention)->Arg(32)->Arg(150)->Arg(384)->Arg(2048)->UseRealTime();

void activate(benchmark::State& state) {
  const auto index = argument(state, 0);
  if (index >= available_kernels().size()) return state.SkipWithError("this processor has fewer instruction sets");
  const Kernels& chosen = *available_kernels()[index];
  state.SetLabel(std::string(chosen.isa));
  Mat x = filled(1, 3072), derivative = filled(1, 3072);
  for (auto _ : state) chosen.activate(Activation::gelu, x.row(0), 3072, derivative.row(0));
  state.SetItemsProcessed(state.iterations() * 3072);
}
BENCHMARK(activate)->DenseRange(0, 2);

void softmax(benchmark::State& state) {
  const auto index = argument(state, 0);
  if (index >= available_kernels().size()) return state.SkipWithError("this processor has fewer instruction sets");
  const Kernels& chosen = *available_kernels()[index];
  state.SetLabel(std::string(chosen.isa));
  Mat x = filled(1, 384);
  for (auto _ : state) chosen.softmax(x.row(0), 384);
  state.SetItemsProcessed(state.iterations() * 384);
}
BENCHMARK(softmax)->DenseRange(0, 2);

}  // namespace
}  // namespace limn
