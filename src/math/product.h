#pragma once

#include <cstddef>

namespace limn {

/// How the elements of a matrix are stored; products convert them to float32 in registers.
enum class ElementType { f32, f16, bf16 };

constexpr std::size_t element_bytes(ElementType type) { return type == ElementType::f32 ? 4 : 2; }

/// The right operand (K, N) of a product. Element (k, n) is at data[k · stride + n], or, if its columns are contiguous,
/// at data[n · stride + k]. If it is packed, `data` has the panels of ProductKernels::pack, `type` is that of the
/// weights and `stride` is the number of inputs; its columns are the outputs if they are contiguous, otherwise the
/// inputs.
struct Operand {
  const void* data = nullptr;
  ElementType type = ElementType::f32;
  std::size_t stride = 0;  ///< in elements
  bool columns_contiguous = false;
  bool packed = false;
  std::size_t first_column = 0;  ///< of a packed operand

  /// The same operand without its first columns; of packed outputs, a multiple of ProductKernels::panel_outputs.
  Operand from_column(std::size_t column) const {
    if (packed) {
      Operand rest = *this;
      rest.first_column += column;
      return rest;
    }
    const std::size_t elements = columns_contiguous ? column * stride : column;
    return {.data = static_cast<const char*>(data) + elements * element_bytes(type),
            .type = type,
            .stride = stride,
            .columns_contiguous = columns_contiguous};
  }
};

/// What a product adds to its result (M, N): element (m, n) is at at[m · stride + n].
struct Addend {
  const float* at = nullptr;  ///< may be the result; null: 0
  std::size_t stride = 0;     ///< 0: all rows add the same

  Addend part(std::size_t row, std::size_t column) const {
    return {at != nullptr ? at + row * stride + column : nullptr, stride};
  }
};

/// result (M, N) = alpha · left (M, K) · right (K, N) + addend. K is `inner`.
struct Product {
  std::size_t rows = 0, columns = 0, inner = 0;
  const float* left = nullptr;  ///< element (m, k) is at left[m · left_row_stride + k · left_inner_stride]
  std::size_t left_row_stride = 0, left_inner_stride = 1;
  Operand right;
  float* result = nullptr;
  std::size_t result_stride = 0;
  float alpha = 1;
  Addend addend = {};
  const char* split_left = nullptr;  ///< `left` as ProductKernels::split writes it, or null
};

/// Sides from which matrices are worth preparing: smaller weights are in the cache without being packed, and shorter
/// sums gain little from split operands, while fewer rounding errors average out in them.
inline constexpr std::size_t least_prepared_side = 128;

/// Rows that ProductKernels::split handles per call; a product of split rows has at most most_split_rows.
inline constexpr std::size_t split_rows = 16, most_split_rows = 512;

/// The matrix products of one instruction set, on the calling thread. Each element of a result is the same for any
/// number of rows and columns. Packed panels and split rows begin at multiples of 64 bytes.
struct ProductKernels {
  void (*product)(const Product& product);

  /// Weights (outputs, inputs) that are used often are packed once, in panels of this number of outputs: x wᵀ reads a
  /// panel from begin to end, and dy w reads square parts of it. A panel takes panel_bytes(inputs, type).
  std::size_t panel_outputs;
  std::size_t (*panel_bytes)(std::size_t inputs, ElementType type);
  /// Packs the panel that begins at an output of wᵀ (inputs, outputs), an operand with contiguous columns.
  void (*pack)(const Operand& w, std::size_t inputs, std::size_t outputs, std::size_t first, void* panel);

  /// Some instruction sets split the left operand (M, K) of products with weights first, for all columns of the result:
  /// bytes that M rows of K elements take, or null.
  std::size_t (*split_bytes)(std::size_t rows, std::size_t inner) = nullptr;
  /// Writes the part for the rows split_rows · block to split_rows · (block + 1) − 1 of x (M, K), whose rows are
  /// `stride` floats apart.
  /// @param columns_contiguous of the right operand
  void (*split)(const float* x, std::size_t stride, std::size_t rows, std::size_t inner, std::size_t block,
                bool columns_contiguous, char* result) = nullptr;
};

}  // namespace limn
