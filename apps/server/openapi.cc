#include "apps/server/openapi.h"

#include <array>
#include <utility>

#include "apps/cli/options.h"
#include "apps/server/assets.h"
#include "options/methods.h"
#include "options/names.h"
#include "options/option.h"

namespace limn::server {

using Json = nlohmann::ordered_json;

/// What any request may be answered with.
constexpr std::array<std::pair<const char*, const char*>, 5> anywhere = {
    {{"400", "Malformed"}, {"413", "TooLarge"}, {"421", "Misdirected"}, {"431", "HeadTooLarge"}, {"500", "Broken"}}};

/// A field that is null is one that is absent.
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
  schemas["Method"]["enum"] = names_of(methods());
  Json& compared = schemas["CompareRequest"]["properties"]["methods"]["items"]["enum"];
  compared = names_of(methods());
  for (const Json& preset : names_of(presets())) compared.push_back(preset);
  for (const char* request : {"ExplainRequest", "CompareRequest"}) {
    Json& properties = schemas[request]["properties"];
    properties["preset"]["enum"] = names_of(presets());
    properties["explain"]["enum"] = names_of(names<Scalar>);
    properties["reduce"]["enum"] = names_of(names<Reduce>);
    properties["normalize"]["enum"] = names_of(names<Normalize>);
    properties["masking"]["enum"] = names_of(names<Masking>);
    properties["unit"]["enum"] = names_of(names<Unit>);
    properties["word_score"]["enum"] = names_of(names<WordScore>);
    properties["flavour"]["enum"] = names_of(names<Lime::Flavour>);
    properties["order"]["enum"] = option("order").values;
    properties["steps"]["maximum"] = properties["max_steps"]["maximum"] = limits.steps;
    properties["samples"]["maximum"] = limits.samples;
  }
  for (auto& [name, schema] : schemas.items())
    if (name.ends_with("Request")) schema["properties"]["inputs"]["maxItems"] = limits.inputs;
  Json& attack = schemas["AttackRequest"]["properties"];
  attack["max_steps"]["maximum"] = limits.steps;
  attack["change"]["enum"] = names_of(cli::changed_texts.entries);
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
