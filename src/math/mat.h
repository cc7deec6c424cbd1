#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace limn {

/// A row-major matrix that somebody else owns; `stride` floats from one row to the next.
template <class T>
struct BasicView {
  T* data = nullptr;
  std::size_t rows = 0, columns = 0, stride = 0;

  BasicView() = default;
  BasicView(T* data, std::size_t rows, std::size_t columns, std::size_t stride = 0)
      : data(data), rows(rows), columns(columns), stride(stride ? stride : columns) {}
  template <class U>
    requires(std::is_same_v<const U, T>)
  BasicView(BasicView<U> other) : BasicView(other.data, other.rows, other.columns, other.stride) {}

  T* row(std::size_t i) const { return assert(i < rows), data + i * stride; }
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

/// A row-major matrix that owns its (uninitialised) floats.
class Mat {
 public:
  Mat() = default;
  Mat(std::size_t rows, std::size_t columns) { resize(rows, columns); }
  Mat(Mat&&) noexcept = default;
  Mat& operator=(Mat&&) noexcept = default;

  /// Contents are lost; memory is kept if it is large enough.
  void resize(std::size_t rows, std::size_t columns) {
    if (rows * columns > capacity_) {
      data_.reset();  // before the new block is asked for
      data_.reset(new float[rows * columns]);
      capacity_ = rows * columns;
    }
    rows_ = rows, columns_ = columns;
  }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  float* row(std::size_t i) { return view().row(i); }
  const float* row(std::size_t i) const { return view().row(i); }
  float& operator()(std::size_t i, std::size_t j) { return view()(i, j); }
  float operator()(std::size_t i, std::size_t j) const { return view()(i, j); }
  View view() & { return {data_.get(), rows_, columns_}; }
  ConstView view() const& { return {data_.get(), rows_, columns_}; }
  View view() && = delete;
  operator View() & { return view(); }
  operator ConstView() const& { return view(); }
  operator ConstView() && = delete;

 private:
  std::unique_ptr<float[]> data_;
  std::size_t rows_ = 0, columns_ = 0, capacity_ = 0;
};

/// The same numbers in a matrix of their own.
inline Mat copy(ConstView x) {
  Mat result(x.rows, x.columns);
  for (std::size_t i = 0; i < x.rows; i++) std::copy_n(x.row(i), x.columns, result.row(i));
  return result;
}

}  // namespace limn
