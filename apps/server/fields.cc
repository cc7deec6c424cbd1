#include "apps/server/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/nearest_name.h"
#include "limn/error.h"

namespace limn::server {
namespace {

[[noreturn]] void refuse(const char* name, const nlohmann::json& value, std::string expected) {
  throw Error({.field = name, .found = shown(value), .expected = std::move(expected)});
}

/// JSON has only one number type: 5.0 is the integer 5.
std::optional<std::uint64_t> whole(const nlohmann::json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  constexpr double largest = 9007199254740992;  // 2^53: below it, every integer is a double
  if (!(number >= 0 && number <= largest) || number != std::floor(number)) return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

}  // namespace

Fields::Fields(const nlohmann::json& object) : object_(object) {
  if (!object.is_object()) throw Error({.thing = "the request", .found = shown(object), .expected = "a JSON object"});
}

const nlohmann::json* Fields::value(const char* name) {
  known_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

bool Fields::contains(std::string_view name) const { return object_.contains(name); }

std::optional<std::string> Fields::text(const char* name, std::size_t longest) {
  const auto* given = value(name);
  if (!given) return std::nullopt;
  if (!given->is_string()) refuse(name, *given, "a text");
  const auto& text = given->get_ref<const std::string&>();
  if (longest > 0 && text.size() > longest) refuse(name, *given, fmt::format("a text of at most {} bytes", longest));
  return text;
}

std::optional<std::string> Fields::text_or_number(const char* name) {
  const auto* given = value(name);
  if (!given) return std::nullopt;
  if (given->is_string()) return text(name);
  const auto number = whole(*given);
  if (!number) refuse(name, *given, "a text or a number");
  return std::to_string(*number);
}

std::optional<std::size_t> Fields::count(const char* name, std::size_t least, std::size_t most) {
  const auto* given = value(name);
  if (!given) return std::nullopt;
  const auto number = whole(*given);
  if (!number || *number < least || *number > most)
    refuse(name, *given, fmt::format("a whole number from {} to {}", least, most));
  return static_cast<std::size_t>(*number);
}

std::optional<std::uint64_t> Fields::seed(const char* name) {
  const auto* given = value(name);
  if (!given) return std::nullopt;
  const auto number = whole(*given);
  if (!number) refuse(name, *given, "a whole number from 0");
  return number;
}

std::optional<double> Fields::number(const char* name, double least) {
  const auto* given = value(name);
  if (!given) return std::nullopt;
  if (!given->is_number() || !std::isfinite(given->get<double>()) || given->get<double>() < least)
    refuse(name, *given, least < 0 ? "a number" : fmt::format("a number from {}", least));
  return given->get<double>();
}

bool Fields::flag(const char* name) {
  const auto* given = value(name);
  if (!given) return false;
  if (!given->is_boolean()) refuse(name, *given, "true or false");
  return given->get<bool>();
}

std::optional<std::vector<std::string>> Fields::texts(const char* name, std::size_t most) {
  const auto* list = value(name);
  if (!list) return std::nullopt;
  const bool is_list = list->is_array() && !list->empty() && list->size() <= most;
  if (!is_list || !std::ranges::all_of(*list, [](const auto& text) { return text.is_string(); })) {
    throw Error({.field = name,
                 .found = list->is_array() ? fmt::format("a list of {}", list->size()) : "not a list",
                 .expected = fmt::format("a list of 1 to {} texts", most)});
  }
  return list->get<std::vector<std::string>>();
}

void Fields::finish() const {
  for (const auto& [name, unused] : object_.items()) {
    if (known_.contains(name)) continue;
    // A name may be a megabyte long; its beginning suffices to find similar names.
    const std::vector<std::string> names = nearest_first(name.substr(0, 64), {known_.begin(), known_.end()});
    throw Error({.thing = "the request",
                 .found = "the field " + shown_name(name),
                 .expected = fmt::format("{}", fmt::join(names, ", "))});
  }
}

}  // namespace limn::server
