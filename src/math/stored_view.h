#pragma once

#include <cassert>
#include <cstddef>
#include <span>

#include "math/mat.h"
#include "math/product.h"

namespace limn {

/// A non-owning row-major matrix of numbers as a checkpoint stores them, in 32 or 16 bits. What reads it converts them
/// to float32, exactly.
struct StoredView {
  const void* data = nullptr;
  std::size_t rows = 0, columns = 0, stride = 0;  ///< stride in elements, from one row to the next
  ElementType type = ElementType::f32;

  StoredView() = default;
  StoredView(ConstView floats) : data(floats.data), rows(floats.rows), columns(floats.columns), stride(floats.stride) {}
  StoredView(const Mat& floats) : StoredView(floats.view()) {}
  StoredView(const void* data, ElementType type, std::size_t rows, std::size_t columns)
      : data(data), rows(rows), columns(columns), stride(columns), type(type) {}

  bool empty() const { return rows == 0 || columns == 0; }
  /// From the first to the last row, both included.
  std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(data), rows * stride * element_bytes(type)};
  }
  StoredView row_range(std::size_t begin, std::size_t end) const {
    assert(begin <= end && end <= rows);
    StoredView range = *this;
    range.data = static_cast<const std::byte*>(data) + begin * stride * element_bytes(type);
    range.rows = end - begin;
    return range;
  }
  /// Of a matrix of type f32.
  ConstView floats() const {
    assert(type == ElementType::f32);
    return {static_cast<const float*>(data), rows, columns, stride};
  }
  /// Converts a row, or the part of it that begins at a column.
  void read_row(std::size_t row, std::span<float> numbers, std::size_t first_column = 0) const;
  float operator()(std::size_t row, std::size_t column) const {
    float number = 0;
    read_row(row, {&number, 1}, column);
    return number;
  }
};

}  // namespace limn
