// The OpenAPI document describes the routes and every field that they return.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "options/methods.h"
#include "render/markup.h"
#include "server/running_server.h"

namespace limn::server_test {
namespace {

/// The fields of `value` that `schema` does not describe, as "explanation.words[].part".
std::vector<std::string> undescribed(const Json& document, const Json& schema, const Json& value,
                                     const std::string& path = "") {
  if (schema.contains("$ref")) {
    const auto target = schema["$ref"].get<std::string>().substr(1);  // "#/components/…"
    return undescribed(document, document.at(Json::json_pointer(target)), value, path);
  }
  for (const char* choice : {"oneOf", "anyOf"}) {
    if (!schema.contains(choice)) continue;
    std::vector<std::string> fewest;
    bool first = true;
    for (const Json& one : schema[choice]) {
      auto missing = undescribed(document, one, value, path);
      if (first || missing.size() < fewest.size()) fewest = std::move(missing);
      first = false;
    }
    return fewest;
  }
  std::vector<std::string> missing;
  const auto add = [&](const Json& part_schema, const Json& part, const std::string& name) {
    for (auto& one : undescribed(document, part_schema, part, path + name)) missing.push_back(std::move(one));
  };
  if (value.is_array() && schema.contains("items"))
    for (const Json& item : value) add(schema["items"], item, "[]");
  if (!value.is_object()) return missing;
  const Json properties = schema.value("properties", Json::object());
  const Json others = schema.value("additionalProperties", Json(false));
  for (const auto& [name, part] : value.items())
    if (properties.contains(name))
      add(properties[name], part, "." + name);
    else if (others.is_object())
      add(others, part, ".*");
    else if (others != true)
      missing.push_back(path + "." + name);
  return missing;
}

TEST(OpenApi, TheSearchFindsAFieldThatIsNotDescribed) {
  const Json document = {{"components", {{"schemas", {{"A", {{"properties", {{"a", {{"type", "string"}}}}}}}}}}}};
  const Json schema = {{"items", {{"$ref", "#/components/schemas/A"}}}};
  EXPECT_EQ(undescribed(document, schema, Json::array({{{"a", "x"}}})), std::vector<std::string>());
  EXPECT_EQ(undescribed(document, schema, Json::array({{{"a", "x"}, {"b", 1}}})), std::vector<std::string>{"[].b"});
}

TEST(OpenApi, DescribesEveryFieldOfTheResponses) {
  const RunningServer server({}, {"bert-cls", "bert-qa", "bert-token"});
  Client client = server.client();
  const Json document = client.ask("GET", "/openapi.json").json();
  const Json text = {{"text", "A gorgeous, witty film."}, {"model", "bert-cls"}};
  const Json tagged = {{"text", "Anna met Ben in Rome."}, {"model", "bert-token"}};
  const Json question = {
      {"question", "Who came?"}, {"context", "Anna came to Rome."}, {"model", "bert-qa"}, {"top", 3}};
  const auto with = [](Json request, const Json& more) {
    request.update(more);
    return request;
  };
  const Json compared = {{"models", {"bert-cls"}}, {"methods", {"gradient", "occlusion"}}, {"text", "A good film."}};
  const std::vector<std::pair<std::string, Json>> requests = {
      {"/v1/models", {}},
      {"/v1/explain", text},
      {"/v1/explain", with(text, {{"raw", true}, {"method", "integrated-gradients"}})},
      {"/v1/explain", with(text, {{"method", "lime"}, {"samples", 30}, {"unit", "token"}})},
      {"/v1/explain", with(text, {{"method", "shapley"}, {"samples", 5}})},
      {"/v1/explain", with(text, {{"preset", "lit-ig"}})},
      {"/v1/explain", with(text, {{"method", "attention"}, {"contrast", nullptr}})},
      {"/v1/explain", question},
      {"/v1/explain", tagged},
      {"/v1/predict", text},
      {"/v1/predict", question},
      {"/v1/predict", tagged},
      {"/v1/predict", {{"model", "bert-cls"}, {"inputs", {{{"text", "one"}}, {{"text", ""}}}}}},
      {"/v1/compare", compared},
      {"/v1/tokenize", text},
      {"/v1/attack", with(text, {{"kind", "hotflip"}})},
      {"/v1/attack", with(text, {{"kind", "reduce"}})},
      {"/v1/attention", question},
      {"/v1/attention", text},
      {"/v1/explain", with(text, {{"method", "auto"}, {"faithfulness", true}})},
      {"/v1/evaluate", with(text, {{"methods", {"gradient", "occlusion"}}, {"masking", "remove"}})},
      {"/v1/evaluate", with(text, {{"kind", "plausibility"}})},
      {"/v1/explain", {{"text", 5}, {"model", "bert-cls"}}}};
  std::size_t compared_responses = 0;
  for (const auto& [route, request] : requests) {
    const bool get = request.is_null();
    SCOPED_TRACE(route + " " + request.dump());
    const Reply reply = get ? client.ask("GET", route) : client.post(route, request);
    const Json& responses = document["paths"][route][get ? "get" : "post"]["responses"];
    ASSERT_TRUE(responses.contains(std::to_string(reply.status))) << reply.status << " " << reply.body;
    Json response = responses[std::to_string(reply.status)];
    if (response.contains("$ref"))
      response = document.at(Json::json_pointer(response["$ref"].get<std::string>().substr(1)));
    ASSERT_TRUE(response.contains("content"));
    const Json& content = response["content"];
    const Json& schema =
        content[content.contains("application/json") ? "application/json" : "application/problem+json"]["schema"];
    EXPECT_EQ(undescribed(document, schema, reply.json()), std::vector<std::string>()) << reply.body;
    ++compared_responses;
  }
  EXPECT_EQ(compared_responses, requests.size());
}

/// Adds the places of enumerations with a value twice.
void find_repeated_values(const Json& schema, const std::string& path, std::vector<std::string>& found) {
  if (schema.is_object() && schema.contains("enum")) {
    const std::vector<Json> values = schema["enum"];
    for (const Json& value : values)
      if (std::count(values.begin(), values.end(), value) > 1) found.push_back(path + ": " + value.dump());
  }
  if (!schema.is_structured()) return;
  for (const auto& [key, part] : schema.items()) find_repeated_values(part, path + "/" + key, found);
}

// openapi-python-client 0.29 gives Any for an object with anyOf beside its properties, and refuses repeated values.
TEST(OpenApi, RequestBodiesArePlainObjectsForGeneratorsOfClients) {
  const RunningServer server;
  const Json document = server.client().ask("GET", "/openapi.json").json();
  const Json& schemas = document["components"]["schemas"];
  std::size_t bodies = 0;
  const Json& paths = document["paths"];
  for (const auto& [path, item] : paths.items()) {
    if (!item.contains("post")) continue;
    const std::string name = item["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    const Json& body = document.at(Json::json_pointer(name.substr(1)));
    EXPECT_EQ(body["type"], "object") << path;
    ++bodies;
  }
  EXPECT_EQ(bodies, 14U);
  for (const auto& [name, schema] : schemas.items())
    for (const char* choice : {"anyOf", "oneOf", "allOf"})
      EXPECT_FALSE(schema.contains("properties") && schema.contains(choice)) << name;
  std::vector<std::string> repeated;
  find_repeated_values(document, "", repeated);
  EXPECT_EQ(repeated, std::vector<std::string>());
}

TEST(OpenApi, DescribesEveryRouteAndAllNames) {
  const RunningServer server;
  const Json document = server.client().ask("GET", "/openapi.json").json();
  EXPECT_EQ(document["openapi"], "3.1.0");
  for (const char* path :
       {"/v1/explain", "/v1/predict", "/v1/compare", "/v1/tokenize", "/v1/attack", "/v1/attention", "/v1/evaluate",
        "/v1/embed", "/v1/embeddings", "/v1/similar", "/v1/rerank", "/v1/search", "/v1/ask", "/v1/collections"})
    EXPECT_TRUE(document["paths"][path].contains("post"));
  for (const char* path :
       {"/v1/models", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/v1/collections/{name}"})
    EXPECT_TRUE(document["paths"][path].contains("get"));
  EXPECT_EQ(document["components"]["schemas"]["Method"]["enum"].size(), methods().size() + 2);  // optimal-order, auto
  // null means the same as a missing field, in the document as in requests.
  const Json& head = document["components"]["schemas"]["ExplainRequest"]["properties"]["head"];
  EXPECT_EQ(head["type"], Json({"integer", "null"}));
  EXPECT_EQ(server.client().post("/v1/explain", {{"text", "good"}, {"head", nullptr}, {"method", nullptr}}).status,
            200);
  // Every referenced name exists.
  const std::string text = document.dump();
  const std::regex reference(R"re("#/components/(\w+)/(\w+)")re");
  for (std::sregex_iterator match(text.begin(), text.end(), reference), end; match != end; ++match)
    EXPECT_TRUE(document["components"][(*match)[1].str()].contains((*match)[2].str())) << match->str();
}

TEST(Documentation, DescribesEveryPathFieldAndMethodForPeople) {
  const RunningServer server;
  const auto reply = server.client().ask("GET", "/docs");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "text/html; charset=utf-8");
  const std::string& page = reply.body;
  const Json document = server.client().ask("GET", "/openapi.json").json();
  std::size_t paths = 0, fields = 0, known = 0;
  for (const auto& [path, item] : document["paths"].items()) {
    EXPECT_NE(page.find("<code>" + path + "</code>"), std::string::npos) << path;
    ++paths;
  }
  for (const auto& [field, schema] : document["components"]["schemas"]["ExplainRequest"]["properties"].items()) {
    EXPECT_NE(page.find("<td><code>" + field + "</code>"), std::string::npos) << field;
    ++fields;
  }
  for (const NamedMethod& method : methods()) {
    EXPECT_NE(page.find("<td><code>" + std::string(method.name) + "</code></td>"), std::string::npos) << method.name;
    ++known;
  }
  EXPECT_EQ(paths, 21U);
  EXPECT_GT(fields, 40U);
  EXPECT_EQ(known, methods().size());
  // Nothing is loaded from elsewhere, and the policy allows the style.
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
  EXPECT_EQ(page.find("href=\"http"), std::string::npos);
  EXPECT_EQ(page.find("$ref"), std::string::npos);
  EXPECT_EQ(markup::fault(page, {"meta", "link"}), "");
}

}  // namespace
}  // namespace limn::server_test
