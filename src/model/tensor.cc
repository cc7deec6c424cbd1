#include "model/tensor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <utility>

#include "limn/error.h"
#include "math/kernels.h"

namespace limn {
namespace {

static_assert(std::endian::native == std::endian::little, "weight files are read in place");

/// The upper half of a float32.
float convert_bf16(std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16); }

float keep(float number) { return number; }

float narrow(double number) { return static_cast<float>(number); }

/// numbers[i] = convert(the element at bytes + i · stride · sizeof(Stored)).
template <class Stored, float (*convert)(Stored)>
void read_row(const std::byte* bytes, std::size_t stride, std::span<float> numbers) {
  if (stride == 1) {  // the compiler vectorizes a loop whose stride it knows
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      Stored stored = {};
      std::memcpy(&stored, bytes + i * sizeof stored, sizeof stored);
      numbers[i] = convert(stored);
    }
    return;
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Stored stored = {};
    std::memcpy(&stored, bytes + i * stride * sizeof stored, sizeof stored);
    numbers[i] = convert(stored);
  }
}

/// The same for F16. Neighbouring elements are converted by the processor's own instructions.
void read_half_row(const std::byte* bytes, std::size_t stride, std::span<float> numbers) {
  constexpr std::size_t some = 256;
  std::array<std::uint16_t, some> halves;  // aligned, whatever the offset in the file
  for (std::size_t begin = 0; begin < numbers.size(); begin += some) {
    const std::size_t count = std::min(some, numbers.size() - begin);
    const std::byte* const from = bytes + begin * stride * sizeof halves[0];
    if (stride == 1)
      std::memcpy(halves.data(), from, count * sizeof halves[0]);
    else
      for (std::size_t i = 0; i < count; ++i)
        std::memcpy(&halves[i], from + i * stride * sizeof halves[0], sizeof halves[0]);
    kernels().widen_half(halves.data(), count, numbers.data() + begin);
  }
}

using ReadRow = void (*)(const std::byte*, std::size_t, std::span<float>);

ReadRow row_reader(std::string_view type) {
  assert(is_float_type(type));
  if (type == "F32") return read_row<float, keep>;
  if (type == "F64") return read_row<double, narrow>;
  return type == "F16" ? read_half_row : read_row<std::uint16_t, convert_bf16>;
}

/// Reads the rows of a matrix tile by tile: a row of a transposed matrix touches one cache line per element, and the
/// next row touches the same lines.
void read_matrix(const std::byte* bytes, ReadRow read, std::size_t width, std::span<const std::size_t> shape,
                 std::span<const std::size_t> strides, std::span<float> numbers) {
  constexpr std::size_t tile = 64;
  const auto [rows, columns] = std::pair(shape[0], shape[1]);
  for (std::size_t first = 0; first < columns; first += tile) {
    const std::size_t count = std::min(tile, columns - first);
    for (std::size_t row = 0; row < rows; ++row) {
      read(bytes + (row * strides[0] + first * strides[1]) * width, strides[1],
           numbers.subspan(row * columns + first, count));
    }
  }
}

/// Iterates over the leading axes; the last two are read as a matrix.
void read_axes(const std::byte* bytes, ReadRow read, std::size_t width, std::span<const std::size_t> shape,
               std::span<const std::size_t> strides, std::span<float> numbers) {
  if (shape.empty()) return read(bytes, 1, numbers);
  if (shape.size() == 1) return read(bytes, strides[0], numbers);
  if (shape.size() == 2) return read_matrix(bytes, read, width, shape, strides, numbers);
  const std::size_t inner = numbers.size() / shape[0];
  for (std::size_t i = 0; i < shape[0]; ++i) {
    read_axes(bytes + i * strides[0] * width, read, width, shape.subspan(1), strides.subspan(1),
              numbers.subspan(i * inner, inner));
  }
}

}  // namespace

void refuse_pointer(std::span<const std::byte> bytes, const std::string& file) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with("version https://git-lfs")) return;
  throw Error({.file = file,
               .found = "a Git LFS pointer",
               .expected = "the weights themselves",
               .hint = "run 'git lfs pull' to fetch them"});
}

std::string shape_text(std::span<const std::size_t> shape) {
  std::string text;
  for (const std::size_t size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + ")";
}

std::optional<std::size_t> count_numbers(std::span<const std::size_t> shape) {
  std::size_t count = 1;
  for (const std::size_t size : shape)
    if (__builtin_mul_overflow(count, size, &count)) return {};
  return count;
}

std::vector<std::size_t> row_major(std::span<const std::size_t> shape) {
  std::vector<std::size_t> strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

std::optional<std::size_t> count_spanned(std::span<const std::size_t> shape, std::span<const std::size_t> strides) {
  assert(shape.size() == strides.size());
  std::size_t spanned = 1;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 0) return 0;
    std::size_t reach = 0;
    if (__builtin_mul_overflow(shape[axis] - 1, strides[axis], &reach) ||
        __builtin_add_overflow(spanned, reach, &spanned))
      return {};
  }
  return spanned;
}

bool is_float_type(std::string_view type) { return type == "F32" || type == "F16" || type == "BF16" || type == "F64"; }

std::size_t number_bytes(std::string_view type) { return type == "F64" ? 8 : type == "F32" ? 4 : 2; }

void convert(std::string_view type, std::span<const std::byte> bytes, std::span<float> numbers) {
  assert(bytes.size() == numbers.size() * number_bytes(type));
  row_reader(type)(bytes.data(), 1, numbers);
}

void read_numbers(const Tensor& tensor, std::span<float> numbers) {
  if (numbers.empty()) return;
  if (tensor.strides.empty()) return convert(tensor.type, tensor.bytes, numbers);
  read_axes(tensor.bytes.data(), row_reader(tensor.type), number_bytes(tensor.type), tensor.shape, tensor.strides,
            numbers);
}

}  // namespace limn
