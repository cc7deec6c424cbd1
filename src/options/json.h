#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "options/option.h"

/// Values of options as JSON, for HTTP and saved explanations. Json is nlohmann::json or nlohmann::ordered_json.

namespace limn {

template <class Json>
Json json_of(const OptionValue& value) {
  return std::visit(
      [](const auto& given) {
        if constexpr (std::is_same_v<std::decay_t<decltype(given)>, std::monostate>)
          return Json(nullptr);
        else
          return Json(given);
      },
      value);
}

/// Converts a JSON value by its own type, for `set` and `checked`. An object, which no option accepts, becomes an empty
/// list.
template <class Json>
OptionValue value_of_json(const Json& json) {
  if (json.is_null()) return {};
  if (json.is_boolean()) return json.template get<bool>();
  if (json.is_number_unsigned()) return json.template get<std::uint64_t>();
  if (json.is_number()) return json.template get<double>();
  if (json.is_string()) return json.template get<std::string>();
  if (!json.is_array()) return std::vector<std::string>();
  std::vector<std::string> texts;
  for (const Json& item : json) texts.push_back(item.is_string() ? item.template get<std::string>() : item.dump());
  return texts;
}

}  // namespace limn
