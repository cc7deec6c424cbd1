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

using Spellings = std::initializer_list<std::string_view>;  ///< of one field, the newest first

/// "a, b, c": one member of each row.
template <class Rows, class Member>
std::string list(const Rows& rows, Member member) {
  std::string text;
  for (const auto& row : rows) text += (text.empty() ? "" : ", ") + std::string(row.*member);
  return text;
}

/// Reads fields of config.json, or of an object in it, and says what is wrong with them. A field that is null counts as
/// absent.
class Fields {
 public:
  using Json = nlohmann::json;

  /// @param path of the object within the file, with a dot at its end; empty for the file itself.
  Fields(const Json& json, const std::string& file, std::string path = {})
      : json_(json), file_(file), path_(std::move(path)) {}

  const Json* find(Spellings spellings) const;
  /// An object within this one. @throws Error if it is something else.
  std::optional<Fields> object(std::string_view name) const;

  /// A whole number from 1 to `largest`.
  std::size_t size(Spellings spellings, std::optional<std::size_t> fallback = {},
                   std::size_t largest = largest_size) const;
  /// The same, or 0 if the field is absent, or a number below 1 (as −1: none).
  std::size_t size_if_any(Spellings spellings, std::size_t largest = largest_size) const;
  /// A number between the two.
  float number(Spellings spellings, float fallback, float above, float below) const;
  float epsilon(Spellings spellings, float fallback) const { return number(spellings, fallback, 0, 1); }
  Activation activation(Spellings spellings, std::string_view fallback) const;
  std::optional<std::string> text(Spellings spellings) const;
  bool flag(Spellings spellings, bool fallback = false) const;
  /// Refuses all but the one value that limn computes with.
  void require(std::string_view name, const Json& value) const;

  [[noreturn]] void fail(Spellings spellings, std::string expected, std::string hint = {}) const;
  [[noreturn]] void fail_at(Spellings spellings, std::string found, std::string expected, std::string hint = {}) const;

 private:
  // Far above any encoder; keeps products within 64 bits.
  static constexpr std::size_t largest_size = std::size_t{1} << 24;

  /// The spelling that is there, or else the newest.
  std::string_view present(Spellings spellings) const;

  const Json& json_;
  const std::string& file_;
  std::string path_;
};

}  // namespace limn
