#include "apps/server/table_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "options/methods.h"
#include "options/option.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(OptionType type) {
  switch (type) {
    case OptionType::choice:
      return "choice";
    case OptionType::count:
      return "count";
    case OptionType::number:
      return "number";
    case OptionType::flag:
      return "flag";
    case OptionType::text:
      return "text";
    case OptionType::layer:
      return "layer";
    case OptionType::baseline:
      return "baseline";
    case OptionType::texts:
      return "texts";
  }
  return "";
}

/// @param unset what an unset value means
std::string in_words(const OptionValue& value, std::string_view unset) {
  return std::holds_alternative<std::monostate>(value) ? std::string(unset) : text_of(value);
}

/// Adds the range as JSON Schema keywords.
void add_range(Json& row, const Option& option) {
  const auto& [least, most, open] = option.range;
  if (option.type == OptionType::count) {
    row["minimum"] = least > 0 ? static_cast<std::uint64_t>(least) : 0;
    if (most < std::numeric_limits<double>::max()) row["maximum"] = static_cast<std::uint64_t>(most);
  } else if (option.type == OptionType::number) {
    if (least > std::numeric_limits<double>::lowest()) row[open ? "exclusiveMinimum" : "minimum"] = least;
    if (most < std::numeric_limits<double>::max()) row[open ? "exclusiveMaximum" : "maximum"] = most;
  }
}

Json json_value(const OptionValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
          return nullptr;
        else
          return held;
      },
      value);
}

/// Returns the default that all methods with the option share; null if they differ or it is not a value.
Json common_default(const Option& option) {
  if (option.explaining || option.reading) return json_value(get(option, ExplainOptions{}));
  Json common;
  bool is_first = true;
  for (const NamedMethod& known : methods()) {
    if (!option.of(known.method)) continue;
    Json own = json_value(get(option, known.method));
    if (!is_first && own != common) return nullptr;
    common = std::move(own);
    is_first = false;
  }
  return common;
}

/// Returns the help as a sentence, with the default.
std::string description_of(const Option& option) {
  std::string text(option.help);
  text.front() =
      static_cast<char>(text.front() >= 'a' && text.front() <= 'z' ? text.front() - 'a' + 'A' : text.front());
  if (option.type == OptionType::flag) return text + ".";
  return fmt::format("{}; default: {}.", text, default_text(option));
}

}  // namespace

std::uint64_t maximum_of(const Option& option, const Limits& limits) {
  if (option.name == "seed") return std::numeric_limits<std::uint64_t>::max();
  std::uint64_t most = largest_count;
  if (option.cost == Cost::steps) most = limits.steps;
  if (option.cost == Cost::samples) most = limits.samples;
  if (option.cost == Cost::top) most = limits.top;
  return option.range.most < static_cast<double>(most) ? static_cast<std::uint64_t>(option.range.most) : most;
}

bool accepts_number(const Option& option) { return option.name == "target"; }

Json methods_json() {
  Json list = Json::array();
  for (const NamedMethod& known : methods()) {
    Json own = Json::object();
    for (const Option& option : options()) {
      const MethodBinding* binding = option.preset_only ? nullptr : option.of(known.method);
      if (binding) own[option.field()] = in_words(get(option, known.method), binding->unset);
    }
    list.push_back({{"name", known.name},
                    {"group", known.group},
                    {"summary", known.summary},
                    {"one_pass", known.one_pass},
                    {"options", std::move(own)}});
  }
  return list;
}

Json options_json() {
  Json list = Json::array();
  for (const Option& option : options()) {
    if (option.preset_only) continue;
    Json row = {{"name", option.field()}, {"type", name_of(option.type)}, {"help", option.help}};
    if (!option.values.empty()) row["values"] = option.values;
    add_range(row, option);
    if (option.explaining) row["default"] = in_words(get(option, ExplainOptions{}), option.unset);
    if (option.reading) row["default"] = in_words(get(option, PredictOptions{}), option.unset);
    list.push_back(std::move(row));
  }
  return list;
}

Json option_schema(const Option& option, const Limits& limits) {
  Json schema;
  switch (option.type) {
    case OptionType::choice:
      schema = {{"type", "string"}, {"enum", option.values}};
      break;
    case OptionType::count:
      schema["type"] = "integer";
      break;
    case OptionType::number:
      schema["type"] = "number";
      break;
    case OptionType::flag:
      schema["type"] = "boolean";
      break;
    case OptionType::layer:
      schema = {{"type", {"string", "integer"}}, {"minimum", 1}};
      break;
    case OptionType::text:
      schema["type"] = "string";
      if (accepts_number(option)) schema = {{"type", {"string", "integer"}}, {"minimum", 0}};
      break;
    case OptionType::baseline:
      schema["type"] = "string";
      break;
    case OptionType::texts:
      schema = {{"type", "array"}, {"items", {{"type", "string"}}}, {"minItems", 1}, {"maxItems", most_texts}};
      break;
  }
  schema["description"] = description_of(option);
  add_range(schema, option);
  // No maximum for a seed: few JSON readers support 64-bit integers.
  if (option.type == OptionType::count && option.name != "seed") schema["maximum"] = maximum_of(option, limits);
  if (Json usual = common_default(option); !usual.is_null()) schema["default"] = std::move(usual);
  return schema;
}

}  // namespace limn::server
