#pragma once

#include <cstddef>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "math/activation.h"

namespace limn {

using Spellings = std::initializer_list<std::string_view>;  ///< the names of one field, the newest first

/// Joins one member of each row: "a, b, c".
template <class Rows, class Member>
std::string list(const Rows& rows, Member member) {
  std::string text;
  for (const auto& row : rows) text += (text.empty() ? "" : ", ") + std::string(row.*member);
  return text;
}

/// Reads and validates the fields of config.json, or of an object in it. A field that is null counts as missing.
class Fields {
 public:
  using Json = nlohmann::json;

  /// @param path of the object within the file, with a trailing dot; empty for the top level.
  Fields(const Json& json, const std::string& file, std::string path = {})
      : json_(json), file_(file), path_(std::move(path)) {}

  const Json* find(Spellings spellings) const;
  /// An object within this one. @throws Error if the field is not an object.
  std::optional<Fields> object(std::string_view name) const;

  /// A whole number from 1 to `largest`. @throws Error for any other value, as all readers below do.
  std::size_t size(Spellings spellings, std::optional<std::size_t> fallback = {},
                   std::size_t largest = largest_size) const;
  /// The same, but 0 if the field is missing or below 1 (configs write −1 for "none").
  std::size_t size_if_any(Spellings spellings, std::size_t largest = largest_size) const;
  /// A number between `above` and `below`, both excluded.
  float number(Spellings spellings, float fallback, float above, float below) const;
  float epsilon(Spellings spellings, float fallback) const { return number(spellings, fallback, 0, 1); }
  Activation activation(Spellings spellings, std::string_view fallback) const;
  std::optional<std::string> text(Spellings spellings) const;
  bool flag(Spellings spellings, bool fallback = false) const;
  /// @throws Error if the field has another value than the only one that limn supports.
  void require(std::string_view name, const Json& value) const;

  [[noreturn]] void fail(Spellings spellings, std::string expected, std::string hint = {}) const;
  [[noreturn]] void fail_at(Spellings spellings, std::string found, std::string expected, std::string hint = {}) const;

 private:
  // Far above any encoder's sizes, and small enough that their products fit into 64 bits.
  static constexpr std::size_t largest_size = std::size_t{1} << 24;

  /// The spelling that the file uses, or else the newest.
  std::string_view present(Spellings spellings) const;

  const Json& json_;
  const std::string& file_;
  std::string path_;
};

}  // namespace limn
