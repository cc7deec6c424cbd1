#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// A tensor in a mapped file: type, shape and little-endian elements. All readers of weight formats return these.
struct Tensor {
  std::string file;                  ///< the file's name in messages
  std::string type;                  ///< "F32", "F16", "BF16", "F64", "I64", …
  std::vector<std::size_t> shape;    ///< the product does not overflow
  std::span<const std::byte> bytes;  ///< exactly as many as type, shape and strides need
  /// Elements from one index to the next on each axis; empty: row-major without gaps.
  std::vector<std::size_t> strides = {};
};

using Tensors = std::map<std::string, Tensor, std::less<>>;

/// @throws Error if the file is a Git LFS pointer instead of the weights.
void refuse_pointer(std::span<const std::byte> bytes, const std::string& file);

/// "(3, 768)".
std::string shape_text(std::span<const std::size_t> shape);

/// The number of elements; nothing if it overflows.
std::optional<std::size_t> count_numbers(std::span<const std::size_t> shape);

/// Row-major strides of a shape whose number of elements does not overflow.
std::vector<std::size_t> row_major(std::span<const std::size_t> shape);

/// The distance from a tensor's first to its last element, both included, in elements; nothing if it overflows.
std::optional<std::size_t> count_spanned(std::span<const std::size_t> shape, std::span<const std::size_t> strides);

/// Whether limn can convert elements of this type to float32: "F32", "F16", "BF16" or "F64".
bool is_float_type(std::string_view type);

/// Bytes per element. @param type one that is_float_type accepts.
std::size_t number_bytes(std::string_view type);

/// Converts contiguous elements to float32: "F32", "F16" and "BF16" exactly, "F64" rounded to nearest.
/// @param bytes as many as `numbers` need; they need not be aligned.
void convert(std::string_view type, std::span<const std::byte> bytes, std::span<float> numbers);

/// Converts all elements of a tensor to float32, in row-major order independent of its strides.
/// @param numbers has the size of the shape.
void read_numbers(const Tensor& tensor, std::span<float> numbers);

}  // namespace limn
