#include "apps/server/openapi.h"

#include <array>
#include <utility>

#include "apps/server/assets.h"
#include "apps/server/table_json.h"
#include "options/methods.h"
#include "options/named_values.h"
#include "options/names.h"
#include "options/option.h"

namespace limn::server {

using Json = nlohmann::ordered_json;

/// Errors that any route may return.
constexpr std::array<std::pair<const char*, const char*>, 5> anywhere = {
    {{"400", "Malformed"}, {"413", "TooLarge"}, {"421", "Misdirected"}, {"431", "HeadTooLarge"}, {"500", "Broken"}}};

/// Allows null, which means the same as a missing field.
void allow_null(Json& schema) {
  if (schema.contains("$ref")) {
    schema = {{"anyOf", {schema, {{"type", "null"}}}}};
    return;
  }
  Json& type = schema["type"];
  if (!type.is_array()) type = Json::array({type});
  type.push_back("null");
  if (schema.contains("enum")) schema["enum"].push_back(nullptr);
}

std::string openapi(const Limits& limits, bool keys_needed) {
  Json document = Json::parse(openapi_template());
  document["info"]["version"] = LIMN_VERSION;
  Json& schemas = document["components"]["schemas"];
  Json& method_names = schemas["Method"]["enum"];
  for (const NamedMethod& known : methods()) method_names.push_back(known.name);
  for (const std::string_view name : {optimal_order().name, automatic_name}) method_names.push_back(name);
  schemas["CompareRequest"]["properties"]["methods"]["items"]["enum"] = method_names;
  for (const Json& preset : names_of(presets()))
    schemas["CompareRequest"]["properties"]["methods"]["items"]["enum"].push_back(preset);
  for (const char* request : {"ExplainRequest", "CompareRequest"})
    schemas[request]["properties"]["preset"]["enum"] = names_of(presets());
  for (const Option& row : options()) {
    if (row.preset_only) continue;
    for (const char* request : {"ExplainRequest", "CompareRequest"})
      schemas[request]["properties"][row.field()] = option_schema(row, limits);
    if (!row.methods.empty() || row.name == "unit" || row.name == "max-length")
      schemas["EvaluateRequest"]["properties"][row.field()] = option_schema(row, limits);
    if (!row.reading) continue;
    for (const char* request : {"PredictRequest", "AttackRequest"})
      schemas[request]["properties"][row.field()] = option_schema(row, limits);
  }
  schemas["TokenizeRequest"]["properties"]["max_length"] = option_schema(option("max-length"), limits);
  for (auto& [name, schema] : schemas.items())
    if (name.ends_with("Request")) schema["properties"]["inputs"]["maxItems"] = limits.inputs;
  Json& attack = schemas["AttackRequest"]["properties"];
  attack["max_steps"]["maximum"] = limits.steps;
  attack["change"]["enum"] = names_of(changed_text_names.entries);
  for (auto& [name, schema] : schemas.items()) {
    if (!name.ends_with("Request") && name != "Input") continue;
    for (auto& [field, property] : schema["properties"].items()) allow_null(property);
  }
  for (auto& [path, item] : document["paths"].items()) {
    for (auto& [method, operation] : item.items())
      for (const auto& [status, response] : anywhere)
        operation["responses"][status]["$ref"] = std::string("#/components/responses/") + response;
  }
  if (!keys_needed) return document.dump();
  const Json either = {{{"bearer", Json::array()}}, {{"key", Json::array()}}};
  for (auto& [path, item] : document["paths"].items()) {
    for (auto& [method, operation] : item.items())
      if (operation["responses"].contains("401")) operation["security"] = either;
  }
  return document.dump();
}

}  // namespace limn::server
