#include "apps/server/request_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "apps/server/table_json.h"

namespace limn::server {
namespace {

/// Options of methods, and the two others that a preset may set.
bool is_method_option(const Option& row) {
  return !row.methods.empty() || row.name == "unit" || row.name == "word-score";
}

/// Returns the option's value if the request has its field. A false flag counts as missing.
std::optional<OptionValue> read_option(Fields& fields, const Option& row, const Limits& limits) {
  if (!row.former_name.empty() && fields.contains(row.former_name)) option(row.former_name);
  const std::string field = row.field();
  const char* name = field.c_str();
  switch (row.type) {
    case OptionType::count:
      if (row.name == "seed") return fields.seed(name);
      return fields.count(name, row.range.least > 0 ? static_cast<std::size_t>(row.range.least) : 0,
                          maximum_of(row, limits));
    case OptionType::number:
      return row.range.open ? fields.number(name) : fields.number(name, row.range.least);
    case OptionType::flag:
      return fields.flag(name) ? std::optional<OptionValue>(true) : std::nullopt;
    case OptionType::texts:
      return fields.texts(name, most_texts);
    case OptionType::layer:
      return fields.text_or_number(name);
    case OptionType::text:
      return accepts_number(row) ? fields.text_or_number(name) : fields.text(name);
    case OptionType::choice:
    case OptionType::baseline:
      break;
  }
  return fields.text(name);
}

}  // namespace

void read_length(Fields& fields, PredictOptions& options) {
  if (const auto length = fields.count("max_length", 0, largest_count)) options.max_length = *length;
}

void read_reading(Fields& fields, const Limits& limits, PredictOptions& reading) {
  for (const Option& row : options())
    if (row.reading)
      if (const auto value = read_option(fields, row, limits)) set(row, reading, *value);
}

ExplainOptions read_explaining(Fields& fields, const Limits& limits) {
  ExplainOptions explaining;
  read_reading(fields, limits, explaining.reading);
  for (const Option& row : options())
    if (row.explaining && !is_method_option(row))
      if (const auto value = read_option(fields, row, limits)) set(row, explaining, *value);
  return explaining;
}

MethodRequest read_method(Fields& fields, const Limits& limits) {
  MethodRequest request;
  request.preset = fields.text("preset");
  for (const Option& row : options())
    if (!row.preset_only && is_method_option(row))
      if (auto value = read_option(fields, row, limits)) request.options.push_back({&row, *std::move(value)});
  return request;
}

void bound(Method& method, const Limits& limits) {
  for (const Option& row : options()) {
    if (row.cost == Cost::none || !row.of(method)) continue;
    const auto value = get(row, method);
    const std::uint64_t most = maximum_of(row, limits);
    const auto* number = std::get_if<std::uint64_t>(&value);
    if (!number || *number <= most) continue;
    if (!row.is_upper_bound)
      throw Error({.field = row.field(),
                   .found = fmt::format("{}, the method's default", *number),
                   .expected = fmt::format("at most {}", most),
                   .hint = "this server's limit; ask for fewer"});
    set(row, method, most);
  }
}

}  // namespace limn::server
