#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace limn::server {

/// A JSON object of a request, read field by field; null is the same as nothing. Errors name the field.
class Fields {
 public:
  /// @throws Error if it is no object. It must outlive this.
  explicit Fields(const nlohmann::json& object);

  /// @param longest in bytes: 0 if there is no such limit, as for inputs, which are limited as tokens.
  std::optional<std::string> text(const char* name, std::size_t longest = longest_option);
  /// A text, or a number as text: "layer": 3.
  std::optional<std::string> text_or_number(const char* name);
  std::optional<std::size_t> count(const char* name, std::size_t least, std::size_t most);
  std::optional<std::uint64_t> seed(const char* name);
  std::optional<double> number(const char* name, double least = std::numeric_limits<double>::lowest());
  bool flag(const char* name);
  /// Any value; null if it is absent.
  const nlohmann::json* value(const char* name);
  /// Whether there is such a field; it does not become a known one.
  bool contains(std::string_view name) const;

  /// @throws Error if there is a field that was not read.
  void finish() const;

  static constexpr std::size_t longest_option = 4096;

 private:
  const nlohmann::json& object_;
  std::set<std::string> known_;
};

}  // namespace limn::server
