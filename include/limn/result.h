#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "limn/error.h"

namespace limn {

/// The outcome for one of many inputs: a value, or the Error that explains why there is none.
///
///     for (const limn::Result<limn::Prediction>& result : model.predict(inputs))
///       if (result) show(*result); else complain(result.error().what());
template <class T>
class [[nodiscard]] Result {
  static_assert(!std::is_reference_v<T> && !std::is_base_of_v<Error, T>);

 public:
  /// Holds a value.
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  /// Holds an error.
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  /// Whether there is a value.
  bool has_value() const noexcept { return content_.index() == 0; }
  /// The same as has_value().
  explicit operator bool() const noexcept { return has_value(); }

  /// Returns the value; for a temporary, moves it out. @throws the stored Error if there is no value.
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

  /// Returns a Result that holds make(value), or the same error. @param make (T) -> the new value
  template <class Make>
  auto transform(const Make& make) && -> Result<std::decay_t<decltype(make(std::declval<T>()))>> {
    if (!has_value()) return std::get<1>(std::move(content_));
    return make(std::get<0>(std::move(content_)));
  }

  /// The error. @pre !has_value()
  const Error& error() const& { return std::get<1>(content_); }
  /// The same, moved out of a temporary.
  Error error() && { return std::get<1>(std::move(content_)); }

 private:
  std::variant<T, Error> content_;
};

}  // namespace limn
