#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace limn::server {

/// Reads the JSON object of a request field by field; null is the same as a missing field. Errors name the field.
class Fields {
 public:
  /// @param object must outlive this. @throws Error if it is not an object.
  explicit Fields(const nlohmann::json& object);

  /// @param longest in bytes; 0: no limit, as for inputs, whose tokens are limited instead.
  std::optional<std::string> text(const char* name, std::size_t longest = longest_option);
  /// Returns a text, or a number as text ("layer": 3).
  std::optional<std::string> text_or_number(const char* name);
  std::optional<std::size_t> count(const char* name, std::size_t least, std::size_t most);
  std::optional<std::uint64_t> seed(const char* name);
  std::optional<double> number(const char* name, double least = std::numeric_limits<double>::lowest());
  bool flag(const char* name);
  /// Returns a list of at least one text and at most so many.
  std::optional<std::vector<std::string>> texts(const char* name, std::size_t most);
  /// Returns the value, of any type; null if it is missing.
  const nlohmann::json* value(const char* name);
  /// Returns whether the field exists, without marking it as known.
  bool contains(std::string_view name) const;

  /// @throws Error if a field has not been read.
  void finish() const;

  static constexpr std::size_t longest_option = 4096;

 private:
  const nlohmann::json& object_;
  std::set<std::string> known_;
};

}  // namespace limn::server
