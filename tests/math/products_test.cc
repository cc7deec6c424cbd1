// gemm, linear and attention: all operations that multiply matrices.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mapped_file.h"
#include "base/parallel.h"
#include "math/attention.h"
#include "math/gemm.h"
#include "math/linear.h"
#include "math/norm.h"
#include "reference.h"

namespace limn::products_test {
namespace {

using reference::relative_error;
using reference::Vector;

// For sums of n products of unit normal numbers, rounding errors grow like √n · 6e-8, and so do the results (√n).
constexpr double tolerance = 2e-6;

using Random = reference::Deviates;

/// Kernels that split numbers into two bfloat16 parts round them to 2⁻¹⁷ and omit the product of the low parts, 2⁻¹⁷ of
/// a term at most; in short sums, terms are a few times larger than the result.
double tolerance_of(const Kernels& kernels) { return kernels.products.split == nullptr ? tolerance : 5e-5; }

TEST(GemmTest, MatchesDefinitionForEveryTransposeStrideAndScale) {
  const std::size_t sizes[][3] = {{1, 1, 1}, {3, 5, 7}, {17, 33, 65}, {64, 1, 9}, {130, 70, 200}, {29, 47, 515}};
  for (const Kernels* with : available_kernels())
    for (const auto& [m, n, k] : sizes)
      for (const Transpose ta : {Transpose::no, Transpose::yes})
        for (const Transpose tb : {Transpose::no, Transpose::yes})
          for (const bool accumulate : {false, true}) {
            const std::size_t gap = 3;  // floats between rows that do not belong to the matrix
            const std::size_t a_columns = ta == Transpose::no ? k : m, a_rows = ta == Transpose::no ? m : k;
            const std::size_t b_columns = tb == Transpose::no ? n : k, b_rows = tb == Transpose::no ? k : n;
            const Random a(a_rows * (a_columns + gap), 1), b(b_rows * (b_columns + gap), 2), c(m * (n + gap), 3);
            std::vector<float> result = c.single;
            gemm({a.single.data(), a_rows, a_columns, a_columns + gap}, ta,
                 {b.single.data(), b_rows, b_columns, b_columns + gap}, tb, View(result.data(), m, n, n + gap), 0.5f,
                 accumulate, *with);
            Vector expected = c.exact;
            for (std::size_t i = 0; i < m; ++i)
              for (std::size_t j = 0; j < n; ++j) {
                double sum = 0;
                for (std::size_t l = 0; l < k; ++l)
                  sum += (ta == Transpose::no ? a.exact[i * (k + gap) + l] : a.exact[l * (m + gap) + i]) *
                         (tb == Transpose::no ? b.exact[l * (n + gap) + j] : b.exact[j * (k + gap) + l]);
                expected[i * (n + gap) + j] = 0.5 * sum + (accumulate ? c.exact[i * (n + gap) + j] : 0);
              }
            EXPECT_LT(relative_error(result, expected), tolerance) << with->isa << " " << m << " " << n << " " << k;
          }
}

struct LinearCase {
  std::size_t rows, in, out;
};
// Odd sizes, and more than a block of rows, a panel of columns, a tile of each, and a part of the sum.
const LinearCase linear_cases[] = {{1, 4, 3}, {5, 8, 193}, {15, 801, 33}, {33, 48, 16}, {47, 70, 131}, {513, 20, 200}};

/// The matrices of one case, rounded to float.
struct LinearData {
  LinearCase size;
  Random x{size.rows * size.in, 1}, w{size.out * size.in, 2}, b{size.out, 3}, y{size.rows * size.out, 4};
  Random units{size.rows * size.out, 5}, derivatives{size.rows * size.out, 6};
  Vector product = Vector(size.rows * size.out);  // x wᵀ

  explicit LinearData(const LinearCase& size) : size(size) {
    for (std::size_t i = 0; i < size.rows; ++i)
      for (std::size_t o = 0; o < size.out; ++o)
        for (std::size_t c = 0; c < size.in; ++c)
          product[i * size.out + o] += x.exact[i * size.in + c] * w.exact[o * size.in + c];
  }
  ConstView input() const { return {x.single.data(), size.rows, size.in}; }
  Weight weight() const { return ConstView(w.single.data(), size.out, size.in); }
  View outputs(std::vector<float>& values) const { return {values.data(), size.rows, size.out}; }
};

double tanh_derivative(double x) { return 1 - std::tanh(x) * std::tanh(x); }

TEST(LinearTest, MatchesDefinitionWithEachBiasResidualAndActivation) {
  for (const Kernels* with : available_kernels())
    for (const LinearCase& size : linear_cases) {
      const LinearData data(size);
      for (const bool residual : {false, true})
        for (const bool has_bias : {false, true})
          for (const Activation activation : {Activation::identity, Activation::tanh})
            for (const bool keeps_derivative : {false, true}) {
              std::vector<float> y = data.y.single, derivative(y.size());
              Epilogue epilogue = {.residual = residual, .activation = activation};
              if (has_bias) epilogue.bias = data.b.single;
              if (keeps_derivative) epilogue.derivative = data.outputs(derivative);
              linear(data.input(), data.weight(), data.outputs(y), epilogue, *with);
              Vector expected = data.product, expected_derivative(y.size(), 1.);
              for (std::size_t i = 0; i < expected.size(); ++i) {
                expected[i] += (residual ? data.y.exact[i] : 0) + (has_bias ? data.b.exact[i % size.out] : 0);
                if (activation == Activation::identity) continue;
                expected_derivative[i] = tanh_derivative(expected[i]);
                expected[i] = std::tanh(expected[i]);
              }
              // tanh bounds the results by 1, but the rounding errors are those of sums of size √in.
              const double terms = std::max(10., std::sqrt(static_cast<double>(size.in)));
              const double bound = (activation == Activation::identity ? 1 : terms) * tolerance_of(*with);
              EXPECT_LT(relative_error(y, expected), bound) << with->isa << " " << size.rows;
              if (!keeps_derivative) continue;
              EXPECT_LT(relative_error(derivative, expected_derivative), bound) << with->isa;
            }
    }
}

TEST(LinearTest, GatesMatchDefinition) {
  for (const Kernels* with : available_kernels())
    for (const LinearCase& size : linear_cases) {
      const LinearData data(size);
      for (const bool has_bias : {false, true})
        for (const bool keeps_derivative : {false, true}) {
          std::vector<float> gate(data.y.single.size()), units = data.units.single, ungated(units.size());
          std::vector<float> derivative = data.derivatives.single;
          Epilogue epilogue = {.gated = data.outputs(units)};
          if (has_bias) epilogue.bias = data.b.single;
          if (keeps_derivative) epilogue.derivative = data.outputs(derivative);
          if (keeps_derivative) epilogue.ungated = data.outputs(ungated);
          linear(data.input(), data.weight(), data.outputs(gate), epilogue, *with);
          Vector values = data.product, gated(values.size()), expected_derivative(values.size());
          for (std::size_t i = 0; i < values.size(); ++i) {
            if (has_bias) values[i] += data.b.exact[i % size.out];
            gated[i] = data.units.exact[i] * values[i];
            expected_derivative[i] = data.derivatives.exact[i] * values[i];
          }
          EXPECT_LT(relative_error(gate, values), tolerance_of(*with)) << with->isa << " " << size.rows;
          EXPECT_LT(relative_error(units, gated), tolerance_of(*with)) << with->isa << " " << size.rows;
          if (!keeps_derivative) continue;
          EXPECT_LT(relative_error(derivative, expected_derivative), tolerance_of(*with))
              << with->isa << " " << size.rows;
          EXPECT_EQ(ungated, data.units.single);
        }
    }
}

TEST(LinearTest, VjpIsTheTransposedProductWithEachEpilogue) {
  for (const Kernels* with : available_kernels())
    for (const auto& [rows, in, out] : linear_cases) {
      const Random dy(rows * out, 1), w(out * in, 2), before(rows * in, 3), derivatives(rows * in, 4),
          units(rows * in, 5);
      const auto inputs = [rows = rows, in = in](const std::vector<float>& values) {
        return ConstView(values.data(), rows, in);
      };
      for (const bool accumulate : {false, true})
        for (const bool has_activation : {false, true})
          for (const bool has_gate : {false, true}) {
            if (has_gate && !has_activation)
              continue;  // the derivative of a gate is always kept together with its values
            std::vector<float> dx = before.single, dgate(dx.size());
            VjpEpilogue epilogue = {.accumulate = accumulate};
            if (has_activation) epilogue.derivative = inputs(derivatives.single);
            if (has_gate) epilogue.ungated = inputs(units.single), epilogue.dgate = View(dgate.data(), rows, in);
            linear_vjp({dy.single.data(), rows, out}, ConstView(w.single.data(), out, in), View(dx.data(), rows, in),
                       epilogue, *with);
            Vector expected(rows * in), expected_gate(rows * in);
            for (std::size_t i = 0; i < rows; ++i)
              for (std::size_t c = 0; c < in; ++c) {
                const std::size_t at = i * in + c;
                double sum = accumulate ? before.exact[at] : 0;
                for (std::size_t o = 0; o < out; ++o) sum += dy.exact[i * out + o] * w.exact[o * in + c];
                expected[at] = sum * (has_activation ? derivatives.exact[at] : 1);
                expected_gate[at] = sum * units.exact[at];
              }
            EXPECT_LT(relative_error(dx, expected), tolerance_of(*with)) << with->isa << " " << rows;
            if (!has_gate) continue;
            EXPECT_LT(relative_error(dgate, expected_gate), tolerance_of(*with)) << with->isa << " " << rows;
          }
    }
}

TEST(LinearTest, SeveralLayersMatchEachAlone) {
  const std::size_t rows = 21, in = 70, outs[] = {100, 33, 64};
  const Random x(rows * in, 1), w(3 * 100 * in, 2), b(100, 3), dy(rows * 100, 4);
  for (const Kernels* with : available_kernels()) {
    std::vector<std::vector<float>> ys, expected;
    std::vector<Weight> weights;
    std::vector<LinearLayer> layers;
    std::vector<LinearLayerVjp> layer_vjps;
    std::vector<float> dx(rows * in), expected_dx(rows * in);
    for (std::size_t i = 0; i < 3; ++i) {
      weights.push_back(ConstView(w.single.data() + i * 100 * in, outs[i], in));
      ys.emplace_back(rows * outs[i]);
      expected.emplace_back(rows * outs[i]);
    }
    const View expected_view(expected_dx.data(), rows, in);
    for (std::size_t i = 0; i < 3; ++i) {
      const Epilogue epilogue = {.bias = std::span(b.single).first(outs[i]), .activation = Activation::tanh};
      layers.push_back({weights[i], View(ys[i].data(), rows, outs[i]), epilogue});
      layer_vjps.push_back({ConstView(dy.single.data(), rows, outs[i]), weights[i]});
      linear({x.single.data(), rows, in}, weights[i], View(expected[i].data(), rows, outs[i]), epilogue, *with);
      linear_vjp(layer_vjps[i].dy, weights[i], expected_view, {.accumulate = i > 0}, *with);
    }
    linear({x.single.data(), rows, in}, layers, *with);
    linear_vjp(layer_vjps, View(dx.data(), rows, in), {}, *with);
    EXPECT_EQ(ys, expected) << with->isa;
    EXPECT_EQ(dx, expected_dx) << with->isa;
  }
}

TEST(LinearTest, ARowDoesNotDependOnTheOtherRows) {
  const std::size_t rows = 61, in = 400, out = 90;
  const Random x(rows * in, 1), w(out * in, 2);
  for (const Kernels* with : available_kernels()) {
    std::vector<float> all(rows * out), one(out);
    linear({x.single.data(), rows, in}, ConstView(w.single.data(), out, in), View(all.data(), rows, out), {}, *with);
    for (std::size_t i = 0; i < rows; ++i) {
      linear({&x.single[i * in], 1, in}, ConstView(w.single.data(), out, in), View(one.data(), 1, out), {}, *with);
      EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + static_cast<long>(i * out))) << with->isa << i;
    }
  }
}

struct alignas(64) CacheLine {
  char bytes[64];
};
using CacheLines = std::vector<CacheLine>;
CacheLines lines_for(std::size_t bytes) { return CacheLines((bytes + sizeof(CacheLine) - 1) / sizeof(CacheLine)); }

/// The rows of a left operand as ProductKernels::split writes them; empty if the instruction set does not split.
CacheLines split_rows_of(const Random& x, std::size_t rows, std::size_t inner, bool columns_contiguous,
                         const ProductKernels& with) {
  if (with.split == nullptr) return {};
  CacheLines split = lines_for(with.split_bytes(rows, inner));
  for (std::size_t block = 0; block * split_rows < rows; ++block)
    with.split(x.single.data(), inner, rows, inner, block, columns_contiguous, split.data()->bytes);
  return split;
}

// More rows and columns than have a place in the caches: products take them and the terms of their sums in parts.
TEST(ProductTest, ManyColumnsGiveTheResultsOfFew) {
  const std::size_t rows = 270, inner = 800, columns = 192;
  const Random x(rows * inner, 1), w(inner * columns, 2);
  for (const Kernels* with : available_kernels())
    for (const bool columns_contiguous : {true, false}) {
      const std::size_t outputs = columns_contiguous ? columns : inner, inputs = columns_contiguous ? inner : columns;
      const ProductKernels& products = with->products;
      const CacheLines split_x = split_rows_of(x, rows, inner, columns_contiguous, products);
      const std::size_t panel = products.panel_bytes(inputs, ElementType::f32) / sizeof(CacheLine);
      CacheLines panels(panel * outputs / products.panel_outputs);
      const Operand stored = {.data = w.single.data(), .stride = inputs, .columns_contiguous = columns_contiguous};
      Operand transposed = stored;
      transposed.columns_contiguous = true;
      for (std::size_t i = 0; i * products.panel_outputs < outputs; ++i)
        products.pack(transposed, inputs, outputs, i * products.panel_outputs, &panels[i * panel]);
      Operand packed = stored;
      packed.data = panels.data();
      packed.packed = true;
      for (const Operand& right : {stored, packed}) {
        std::vector<float> at_once(rows * columns), in_parts(rows * columns);
        const auto multiply = [&](std::size_t first, std::size_t count, std::vector<float>& result) {
          products.product({.rows = rows,
                            .columns = count,
                            .inner = inner,
                            .left = x.single.data(),
                            .left_row_stride = inner,
                            .right = right.from_column(first),
                            .result = result.data() + first,
                            .result_stride = columns,
                            .split_left = split_x.empty() ? nullptr : split_x.data()->bytes});
        };
        multiply(0, columns, at_once);
        for (std::size_t first = 0; first < columns; first += 32) multiply(first, 32, in_parts);
        EXPECT_EQ(at_once, in_parts) << with->isa << columns_contiguous << right.packed;
        for (const std::size_t row : {0u, 137u, 269u})
          for (std::size_t column = 0; column < columns; ++column) {
            double sum = 0;
            for (std::size_t k = 0; k < inner; ++k)
              sum += x.exact[row * inner + k] * w.exact[columns_contiguous ? column * inner + k : k * columns + column];
            // Of 800 products of unit normal numbers.
            EXPECT_NEAR(at_once[row * columns + column], sum, 100 * tolerance_of(*with)) << with->isa;
          }
      }
    }
}

TEST(LinearTest, ThreadsThatPackTheSameWeightsAgree) {
  const std::size_t rows = 37, in = 256, out = 416;
  const Random w(out * in, 1), x(rows * in, 2);
  for (const Kernels* with : available_kernels()) {
    std::vector<float> stored = w.single;
    const Weight weight = Weight::owned(ConstView(stored.data(), out, in));
    std::vector<std::vector<float>> results(4);
    std::vector<std::thread> threads;
    for (std::vector<float>& dx : results) {
      threads.emplace_back([&, with] {
        std::vector<float> y(rows * out);
        dx.resize(rows * in);
        linear({x.single.data(), rows, in}, weight, View(y.data(), rows, out), {}, *with);
        linear_vjp({y.data(), rows, out}, weight, View(dx.data(), rows, in), {}, *with);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::vector<float>& dx : results) EXPECT_EQ(dx, results.front()) << with->isa;
  }
}

TEST(LinearTest, PackedWeightsGiveTheSameResults) {
  const std::size_t in = 160, out = 416;
  const Random w(out * in, 2);
  const std::string path = testing::TempDir() + "packed_weights_" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(w.single.data()), static_cast<long>(w.single.size() * sizeof(float)));
  for (const Kernels* with : available_kernels())
    for (const std::size_t rows : {1u, 13u, 47u, 520u})
      for (const bool is_mapped : {true, false}) {
        const Random x(rows * in, 1), dy(rows * out, 3);
        std::vector<float> stored = w.single;
        const Weight plain(ConstView(w.single.data(), out, in));
        std::vector<float> y(rows * out), dx(rows * in);
        linear({x.single.data(), rows, in}, plain, View(y.data(), rows, out), {}, *with);
        linear_vjp({dy.single.data(), rows, out}, plain, View(dx.data(), rows, in), {}, *with);
        const MappedFile mapped(path);
        const float* const data = is_mapped ? reinterpret_cast<const float*>(mapped.bytes().data()) : stored.data();
        const ConstView matrix(data, out, in);
        const Weight packed =
            is_mapped ? Weight::mapped(matrix, std::make_shared<PackedWeights>()) : Weight::owned(matrix);
        for (int pass = 0; pass < 3; ++pass) {
          std::vector<float> packed_y(rows * out), packed_dx(rows * in);
          linear({x.single.data(), rows, in}, packed, View(packed_y.data(), rows, out), {}, *with);
          linear_vjp({dy.single.data(), rows, out}, packed, View(packed_dx.data(), rows, in), {}, *with);
          EXPECT_EQ(packed.transposed(*with).packed, !is_mapped || pass > 0);
          EXPECT_EQ(packed_y, y) << with->isa << " " << rows;
          EXPECT_EQ(packed_dx, dx) << with->isa << " " << rows;
        }
      }
  std::filesystem::remove(path);
}

/// A matrix of 16-bit numbers in a mapped file, and the same numbers in float32.
struct StoredHalves {
  std::string path;
  std::unique_ptr<MappedFile> file;
  std::vector<float> numbers;

  StoredHalves(std::size_t count, ElementType type)
      : path(testing::TempDir() + "halves_" + std::to_string(::getpid())), numbers(count) {
    std::vector<std::uint16_t> halves(count);
    const Random random(count, 2);
    for (std::size_t i = 0; i < count; ++i) {
      const auto bits = std::bit_cast<std::uint32_t>(random.single[i] / 64);
      // The fraction is cut to its first 10 or 7 bits; a quarter of the numbers of F16 are subnormal.
      const auto exponent = static_cast<int>(bits >> 23 & 0xff) - 127 + 15 - (i % 4 == 0 ? 8 : 0);
      const std::uint32_t kept =
          exponent > 0 ? static_cast<std::uint32_t>(exponent) << 10 | (bits >> 13 & 0x3ff) : (bits >> 13 & 0x3ff);
      halves[i] = static_cast<std::uint16_t>(type == ElementType::f16 ? (bits >> 16 & 0x8000) | kept : bits >> 16);
    }
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(halves.data()), static_cast<long>(count * sizeof halves[0]));
    file = std::make_unique<MappedFile>(path);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint16_t half = halves[i];
      const int exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
      numbers[i] = type == ElementType::bf16 ? std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16)
                                             : std::ldexp(static_cast<float>(exponent > 0 ? 1024 + fraction : fraction),
                                                          std::max(exponent, 1) - 25) *
                                                   (half & 0x8000 ? -1.f : 1.f);
    }
  }
  ~StoredHalves() { std::filesystem::remove(path); }
};

TEST(LinearTest, WeightsOf16BitsGiveTheResultsOfTheSameNumbersIn32) {
  const std::size_t in = 288, out = 416;
  for (const ElementType type : {ElementType::f16, ElementType::bf16}) {
    const StoredHalves halves(in * out, type);
    const StoredView matrix(halves.file->bytes().data(), type, out, in);
    EXPECT_EQ(matrix(415, 287), halves.numbers.back());
    for (const Kernels* with : available_kernels())
      for (const std::size_t rows : {1u, 13u, 47u, 520u}) {
        const Random x(rows * in, 1), dy(rows * out, 3);
        const Weight plain(ConstView(halves.numbers.data(), out, in));
        const Weight weight = Weight::mapped(matrix, std::make_shared<PackedWeights>());
        std::vector<float> y(rows * out), dx(rows * in);
        linear({x.single.data(), rows, in}, plain, View(y.data(), rows, out), {}, *with);
        linear_vjp({dy.single.data(), rows, out}, plain, View(dx.data(), rows, in), {}, *with);
        for (int pass = 0; pass < 3; ++pass) {
          std::vector<float> half_y(rows * out), half_dx(rows * in);
          linear({x.single.data(), rows, in}, weight, View(half_y.data(), rows, out), {}, *with);
          linear_vjp({dy.single.data(), rows, out}, weight, View(half_dx.data(), rows, in), {}, *with);
          EXPECT_EQ(weight.transposed(*with).packed, pass > 0);
          EXPECT_EQ(half_y, y) << with->isa << " " << rows << " " << pass;
          EXPECT_EQ(half_dx, dx) << with->isa << " " << rows << " " << pass;
        }
      }
  }
}

/// Packed sequences of different lengths, some longer than a block of queries.
struct AttentionCase {
  std::vector<std::size_t> row_begin;
  std::size_t hidden_size, heads;
};
const AttentionCase attention_cases[] = {{{0, 1}, 4, 2}, {{0, 3, 5, 12}, 12, 3}, {{0, 7, 150}, 8, 1}, {{0, 300}, 6, 2}};

Vector packed_attention(const AttentionCase& test, const Vector& qkv) {
  Vector all;
  for (std::size_t s = 0; s + 1 < test.row_begin.size(); ++s) {
    const auto begin = qkv.begin() + static_cast<long>(test.row_begin[s] * 3 * test.hidden_size);
    const auto end = qkv.begin() + static_cast<long>(test.row_begin[s + 1] * 3 * test.hidden_size);
    const Vector part =
        reference::attention({begin, end}, test.row_begin[s + 1] - test.row_begin[s], test.hidden_size, test.heads);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

TEST(AttentionTest, MatchesDefinitionForPackedSequences) {
  for (const AttentionCase& test : attention_cases) {
    const std::size_t rows = test.row_begin.back();
    const Random qkv(rows * 3 * test.hidden_size, 5);
    Mat context(rows, test.hidden_size);
    attention({qkv.single.data(), rows, 3 * test.hidden_size}, test.row_begin, test.heads, {}, context);
    EXPECT_LT(relative_error(context.row(0), packed_attention(test, qkv.exact)), tolerance) << rows;
  }
}

TEST(AttentionTest, VjpMatchesFiniteDifferencesInRandomDirections) {
  for (const AttentionCase& test : attention_cases) {
    const std::size_t rows = test.row_begin.back();
    const Random qkv(rows * 3 * test.hidden_size, 6), u(rows * test.hidden_size, 7);
    Mat dqkv(rows, 3 * test.hidden_size);
    attention_vjp({qkv.single.data(), rows, 3 * test.hidden_size}, test.row_begin, test.heads, {},
                  {u.single.data(), rows, test.hidden_size}, dqkv);
    for (unsigned direction = 0; direction < 8; ++direction) {
      const Vector v = reference::random(qkv.exact.size(), 100 + direction);
      const auto along = [&](double step) {
        Vector moved = qkv.exact;
        for (std::size_t i = 0; i < v.size(); ++i) moved[i] += step * v[i];
        return reference::dot(u.exact, packed_attention(test, moved));
      };
      const double h = 1e-3, expected = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h);
      double got = 0, size = 0;
      for (std::size_t i = 0; i < v.size(); ++i) {
        got += dqkv.row(0)[i] * v[i];
        size += std::abs(dqkv.row(0)[i] * v[i]);
      }
      EXPECT_NEAR(got, expected, tolerance * size + 1e-9) << rows;
    }
  }
}

TEST(AttentionTest, ProbabilitiesAreTheSoftmaxOfScores) {
  const std::size_t length = 5, hidden_size = 6, heads = 2;
  const Random qkv(length * 3 * hidden_size, 8);
  for (std::size_t head = 0; head < heads; ++head) {
    Mat p(length, length);
    attention_probabilities({qkv.single.data(), length, 3 * hidden_size}, heads, head, {}, p);
    for (std::size_t i = 0; i < length; ++i) {
      Vector scores(length, 0.);
      for (std::size_t j = 0; j < length; ++j)
        for (std::size_t d = head * 3; d < head * 3 + 3; ++d)
          scores[j] += qkv.exact[i * 18 + d] * qkv.exact[j * 18 + 6 + d] / std::sqrt(3.);
      EXPECT_LT(relative_error(p.row(i), reference::softmax(scores)), tolerance);
    }
  }
}

TEST(ThreadsTest, ResultsDoNotDependOnNumberOfThreads) {
  const std::size_t rows = 600, hidden_size = 48, heads = 4;
  const Random x(rows * hidden_size, 1), w(3 * hidden_size * hidden_size, 2), dy(rows * hidden_size, 3),
      ones(hidden_size, 4);
  std::vector<float> first;
  for (const std::size_t count : {1u, 2u, 3u, 5u}) {
    resize_thread_pool(count);
    Mat qkv(rows, 3 * hidden_size), context(rows, hidden_size), dqkv(rows, 3 * hidden_size);
    linear({x.single.data(), rows, hidden_size}, ConstView(w.single.data(), 3 * hidden_size, hidden_size), qkv);
    const std::vector<std::size_t> row_begin = {0, 37, 600};
    attention(qkv, row_begin, heads, {}, context);
    norm(context, ones.single, {}, 1e-5f);
    attention_vjp(qkv, row_begin, heads, {}, {dy.single.data(), rows, hidden_size}, dqkv);
    std::vector<float> all(context.row(0), context.row(0) + rows * hidden_size);
    all.insert(all.end(), dqkv.row(0), dqkv.row(0) + rows * 3 * hidden_size);
    if (first.empty()) first = all;
    EXPECT_EQ(all, first) << count << " threads";
  }
  resize_thread_pool(0);
}

}  // namespace
}  // namespace limn::products_test
