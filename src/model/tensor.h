#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// Where a tensor's numbers are, little-endian, as they stand in the file: what every format of weights gives.
struct Tensor {
  std::string file;                  ///< how messages name the file
  std::string type;                  ///< "F32", "F16", "BF16", "F64", "I64", …
  std::vector<std::size_t> shape;    ///< the product does not overflow
  std::span<const std::byte> bytes;  ///< exactly as many as type, shape and strides need
  /// Numbers from one index to the next on each axis; empty: row-major without gaps.
  std::vector<std::size_t> strides = {};
};

using Tensors = std::map<std::string, Tensor, std::less<>>;

/// @throws Error if what should be weights is the pointer that Git LFS leaves in their place.
void refuse_pointer(std::span<const std::byte> bytes, const std::string& file);

/// "(3, 768)".
std::string shape_text(std::span<const std::size_t> shape);

/// The product of the sizes; nothing if it cannot be counted.
std::optional<std::size_t> count_numbers(std::span<const std::size_t> shape);

/// Row-major strides; the product of the sizes does not overflow.
std::vector<std::size_t> row_major(std::span<const std::size_t> shape);

/// How many numbers lie from the first to the last of a tensor, both included; nothing if that cannot be counted.
std::optional<std::size_t> count_spanned(std::span<const std::size_t> shape, std::span<const std::size_t> strides);

/// Whether limn can compute with numbers of this type: "F32", "F16", "BF16" or "F64".
bool is_float_type(std::string_view type);

/// Bytes of one number. @param type one that is_float_type accepts.
std::size_t number_bytes(std::string_view type);

/// Writes numbers without gaps as float32: "F32", "F16" and "BF16" exactly, "F64" rounded to the nearest.
/// @param bytes as many as `numbers` need; no alignment is asked for.
void convert(std::string_view type, std::span<const std::byte> bytes, std::span<float> numbers);

/// Writes all numbers of a tensor as float32, row-major, whatever its strides.
/// @param numbers as many as the shape says.
void read_numbers(const Tensor& tensor, std::span<float> numbers);

}  // namespace limn
