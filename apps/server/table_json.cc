#include "apps/server/table_json.h"

#include <limits>
#include <string>
#include <string_view>
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

/// @param unset what it means that there is no value
std::string in_words(const OptionValue& value, std::string_view unset) {
  return std::holds_alternative<std::monostate>(value) ? std::string(unset) : text_of(value);
}

/// Adds the range with the keywords of JSON Schema.
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

}  // namespace

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

}  // namespace limn::server
