#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "limn/error.h"

namespace limn {

/// What came of one input of a call over many: a value, or the Error that says why there is none.
///
///     for (const limn::Result<limn::Prediction>& result : model.predict(inputs))
///       if (result) show(*result); else complain(result.error().what());
template <class T>
class [[nodiscard]] Result {
  static_assert(!std::is_reference_v<T> && !std::is_base_of_v<Error, T>);

 public:
  /// A value.
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  /// Why there is none.
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  /// Whether there is a value.
  bool has_value() const noexcept { return content_.index() == 0; }
  /// The same as has_value().
  explicit operator bool() const noexcept { return has_value(); }

  /// The value; of a temporary, moved out of it. @throws Error, the one that stands in its place, if there is none.
  const T& value() const& {
    if (!has_value()) throw *std::get_if<1>(&content_);
    return *std::get_if<0>(&content_);
  }
  /// The same.
  T& value() & { return const_cast<T&>(std::as_const(*this).value()); }
  /// The same, moved out of a temporary.
  T value() && { return std::move(value()); }

  /// The same as value().
  const T& operator*() const& { return value(); }
  /// The same.
  T& operator*() & { return value(); }
  /// The same, moved out of a temporary.
  T operator*() && { return std::move(*this).value(); }
  /// The same, for its members; deleted for temporaries.
  const T* operator->() const& { return &value(); }
  /// The same, for its members.
  T* operator->() & { return &value(); }
  const T* operator->() const&& = delete;

  /// A Result of what `make` makes of the value, or the same error. @param make (T) -> the new value
  template <class Make>
  auto transform(const Make& make) && -> Result<std::decay_t<decltype(make(std::declval<T>()))>> {
    if (!has_value()) return std::get<1>(std::move(content_));
    return make(std::get<0>(std::move(content_)));
  }

  /// Why there is no value. @pre !has_value()
  const Error& error() const& { return std::get<1>(content_); }
  /// The same, moved out of a temporary.
  Error error() && { return std::get<1>(std::move(content_)); }

 private:
  std::variant<T, Error> content_;
};

}  // namespace limn
