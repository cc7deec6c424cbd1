#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "math/block.h"

namespace limn {

/// A non-owning row-major matrix, with `stride` floats from one row to the next.
template <class T>
struct BasicView {
  T* data = nullptr;
  std::size_t rows = 0, columns = 0, stride = 0;

  BasicView() = default;
  BasicView(T* data, std::size_t rows, std::size_t columns, std::size_t stride = 0)
      : data(data), rows(rows), columns(columns), stride(stride ? stride : columns) {}
  template <class U>
  requires(std::is_same_v<const U, T>) BasicView(BasicView<U> other)
      : BasicView(other.data, other.rows, other.columns, other.stride) {}

  T* row(std::size_t i) const { return assert(i < rows), data + i* stride; }
  T& operator()(std::size_t i, std::size_t j) const { return assert(j < columns), row(i)[j]; }
  std::span<T> row_span(std::size_t i) const { return {row(i), columns}; }
  BasicView row_range(std::size_t begin, std::size_t end) const {
    return assert(begin <= end && end <= rows), BasicView(data + begin * stride, end - begin, columns, stride);
  }
  BasicView column_range(std::size_t begin, std::size_t end) const {
    return assert(begin <= end && end <= columns), BasicView(data + begin, rows, end - begin, stride);
  }
  bool empty() const { return rows == 0 || columns == 0; }
};
using View = BasicView<float>;
using ConstView = BasicView<const float>;

/// A row-major matrix of (initially uninitialized) floats, in its own memory or in memory passed to place().
class Mat {
 public:
  Mat() = default;
  Mat(std::size_t rows, std::size_t columns) { resize(rows, columns); }
  static Mat zeros(std::size_t rows, std::size_t columns);
  Mat(Mat&& other) noexcept { *this = std::move(other); }
  Mat& operator=(Mat&& other) noexcept {
    std::swap(owned_, other.owned_);
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    std::swap(rows_, other.rows_);
    std::swap(columns_, other.columns_);
    return *this;
  }

  /// Discards the content; keeps the memory if it is large enough.
  void resize(std::size_t rows, std::size_t columns) {
    if (rows * columns > capacity_) {
      owned_.reset();  // frees the old block before the new one is allocated
      owned_ = take_block(rows * columns);
      data_ = owned_.get();
      capacity_ = rows * columns;
    }
    rows_ = rows, columns_ = columns;
  }
  /// Uses external memory of `floats` floats, which must outlive the matrix, until a larger size is requested.
  void place(float* memory, std::size_t floats) {
    owned_.reset();
    data_ = memory, capacity_ = floats, rows_ = columns_ = 0;
  }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  float* row(std::size_t i) { return view().row(i); }
  const float* row(std::size_t i) const { return view().row(i); }
  float& operator()(std::size_t i, std::size_t j) { return view()(i, j); }
  float operator()(std::size_t i, std::size_t j) const { return view()(i, j); }
  View view() & { return {data_, rows_, columns_}; }
  ConstView view() const& { return {data_, rows_, columns_}; }
  View view() && = delete;
  operator View() & { return view(); }
  operator ConstView() const& { return view(); }
  operator ConstView() && = delete;

 private:
  Block owned_;
  float* data_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0, capacity_ = 0;
};

/// Sets every element to the value.
inline void fill(View x, float value) {
  for (std::size_t i = 0; i < x.rows; ++i) std::ranges::fill(x.row_span(i), value);
}

inline Mat Mat::zeros(std::size_t rows, std::size_t columns) {
  Mat x(rows, columns);
  fill(x, 0);
  return x;
}

/// Copies x into a matrix of its own.
inline Mat copy(ConstView x) {
  Mat result(x.rows, x.columns);
  for (std::size_t i = 0; i < x.rows; ++i) std::copy_n(x.row(i), x.columns, result.row(i));
  return result;
}

/// Copies the rows of x with the indices `rows`, in this order; indices may repeat.
inline void gather(ConstView x, std::span<const std::size_t> rows, Mat& result) {
  result.resize(rows.size(), x.columns);
  for (std::size_t i = 0; i < rows.size(); ++i) std::copy_n(x.row(rows[i]), x.columns, result.row(i));
}

}  // namespace limn
