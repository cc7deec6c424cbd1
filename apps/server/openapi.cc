#include "apps/server/openapi.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "apps/server/assets.h"
#include "apps/server/openapi_paths.h"
#include "apps/server/table_json.h"
#include "options/methods.h"
#include "options/names.h"
#include "options/option.h"

namespace limn::server {

using Json = nlohmann::ordered_json;

/// Adds to the schema of a request what all requests have: the fields of an input, or a list of inputs.
void add_inputs(Json& request, const Json& input, bool names_model) {
  Json properties = Json::object();
  if (names_model)
    properties["model"] = {{"type", "string"},
                           {"description", "A name that /v1/models lists; default: the first that fits."}};
  properties.update(input["properties"]);
  properties["inputs"] = {
      {"type", "array"},
      {"items", {{"anyOf", {{{"$ref", "#/components/schemas/Input"}}, {{"type", "string"}}}}}},
      {"description", "Several inputs instead of one; the answer is a list. A string is the same as its text."},
      {"minItems", 1}};
  properties.update(request["properties"]);
  request["properties"] = std::move(properties);
  request["additionalProperties"] = false;
  // Not as "anyOf" of required fields: generators of clients make classes only of plain objects.
  request["description"] =
      request["description"].get<std::string>() + " Needs text, or question and context, or inputs.";
}

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
  document["paths"] = openapi_paths();
  document["components"]["responses"] = openapi_responses();
  Json& schemas = document["components"]["schemas"];
  schemas.update(Json::parse(openapi_retrieval_schemas()));
  for (const char* query : {"SearchQuery", "AskQuery"})
    schemas[query]["properties"].update(schemas["Searching"]["properties"]);
  schemas.erase("Searching");
  for (auto& [name, schema] : schemas.items())
    if (name.ends_with("Request")) add_inputs(schema, schemas["Input"], name != "CompareRequest");
  Json& method_names = schemas["Method"]["enum"];
  for (const NamedMethod& known : methods()) method_names.push_back(known.name);
  for (const std::string_view name : {optimal_order().name, automatic_name}) method_names.push_back(name);
  schemas["CompareRequest"]["properties"]["methods"]["items"]["enum"] = method_names;
  Json& compared = schemas["CompareRequest"]["properties"]["methods"]["items"]["enum"];
  for (const Json& preset : names_of(presets()))
    if (std::find(compared.begin(), compared.end(), preset) == compared.end())
      compared.push_back(preset);  // lime is both
  for (const char* request : {"ExplainRequest", "CompareRequest", "SimilarRequest", "AskQuery"})
    schemas[request]["properties"]["preset"]["enum"] = names_of(presets());
  for (const Option& row : options()) {
    if (row.preset_only) continue;
    for (const char* request : {"ExplainRequest", "CompareRequest", "SimilarRequest"})
      schemas[request]["properties"][row.field()] = option_schema(row, limits);
    if (!row.methods.empty() || row.name == "unit" || row.name == "word-score" || row.name == "max-length")
      schemas["AskQuery"]["properties"][row.field()] = option_schema(row, limits);
    if (!row.methods.empty() || row.name == "unit" || row.name == "max-length")
      schemas["EvaluateRequest"]["properties"][row.field()] = option_schema(row, limits);
    if (!row.reading) continue;
    for (const char* request : {"PredictRequest", "AttackRequest", "AttentionRequest"})
      schemas[request]["properties"][row.field()] = option_schema(row, limits);
  }
  for (const char* request : {"TokenizeRequest", "EmbedRequest", "RerankQuery"})
    schemas[request]["properties"]["max_length"] = option_schema(option("max-length"), limits);
  for (const auto& [request, field] : {std::pair{"RerankQuery", "top"},
                                       {"SearchQuery", "top"},
                                       {"SearchQuery", "candidates"},
                                       {"AskQuery", "read"},
                                       {"AskQuery", "candidates"}})
    schemas[request]["properties"][field]["maximum"] = limits.passages;
  schemas["AskQuery"]["properties"]["top"]["maximum"] = limits.top;
  schemas["RerankQuery"]["properties"]["passages"]["maxItems"] = limits.passages;
  schemas["CollectionsQuery"]["properties"]["documents"]["maxItems"] = limits.upload_files;
  schemas["EmbeddingsQuery"]["properties"]["input"]["anyOf"][1]["maxItems"] = limits.inputs;
  for (auto& [name, schema] : schemas.items())
    if (name.ends_with("Request")) schema["properties"]["inputs"]["maxItems"] = limits.inputs;
  Json& attack = schemas["AttackRequest"]["properties"];
  attack["max_steps"]["maximum"] = limits.steps;
  attack["change"]["enum"] = names_of(changed_text_names);
  for (auto& [name, schema] : schemas.items()) {
    if (!name.ends_with("Request") && !name.ends_with("Query") && name != "Input") continue;
    const auto required = schema.value("required", std::vector<std::string>());
    for (auto& [field, property] : schema["properties"].items())
      if (std::ranges::find(required, field) == required.end()) allow_null(property);
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
