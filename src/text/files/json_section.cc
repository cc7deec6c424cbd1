#include "text/files/json_section.h"

#include <limits>
#include <utility>

#include "base/json.h"
#include "limn/error.h"

namespace limn {

JsonSection::JsonSection(const nlohmann::json& value, const std::string& file, std::string name)
    : value_(value), file_(file), name_(std::move(name)) {}

JsonSection JsonSection::operator[](std::string_view field) const {
  static const nlohmann::json null;
  if (!value_.is_object()) refuse("an object");
  const auto found = value_.find(field);
  std::string name = name_.empty() ? std::string(field) : name_ + "." + std::string(field);
  return {found == value_.end() ? null : *found, file_, std::move(name)};
}

std::vector<JsonSection> JsonSection::items() const {
  if (!value_.is_array()) refuse("a list");
  std::vector<JsonSection> result;
  for (const auto& item : value_) result.emplace_back(item, file_, name_ + "[" + std::to_string(result.size()) + "]");
  return result;
}

std::vector<std::pair<std::string, JsonSection>> JsonSection::fields() const {
  if (!value_.is_object()) refuse("an object");
  std::vector<std::pair<std::string, JsonSection>> result;
  for (const auto& [key, field] : value_.items())
    result.emplace_back(key, JsonSection(field, file_, name_ + "." + shown_name(key)));
  return result;
}

std::string JsonSection::string() const {
  if (!value_.is_string()) refuse("a string");
  return value_.get<std::string>();
}

bool JsonSection::boolean() const {
  if (!value_.is_boolean()) refuse("true or false");
  return value_.get<bool>();
}

std::size_t JsonSection::count() const {
  if (!value_.is_number_unsigned()) refuse("a non-negative integer");
  return value_.get<std::size_t>();
}

std::int32_t JsonSection::id() const {
  constexpr auto largest = std::numeric_limits<std::int32_t>::max();
  if (!value_.is_number_unsigned() || value_.get<std::uint64_t>() > largest)
    refuse("an id from 0 to " + std::to_string(largest));
  return value_.get<std::int32_t>();
}

void JsonSection::refuse(std::string expected, std::string hint) const {
  throw Error({.file = file_,
               .thing = name_,
               .found = value_.is_null() ? "nothing" : shown(value_),
               .expected = std::move(expected),
               .hint = std::move(hint)});
}

}  // namespace limn
