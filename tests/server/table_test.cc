// The OpenAPI document, /v1/models and the accepted requests follow the options table, field by field.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

#include "options/methods.h"
#include "options/option.h"
#include "server/running_server.h"

namespace limn::server_test {
namespace {

using testing::HasSubstr;

/// Request fields that are not options.
const std::set<std::string> other_fields = {"model",   "models", "text",   "pair",    "question",
                                            "context", "inputs", "method", "methods", "preset"};

/// Returns the JSON types that the option's field accepts, except null.
std::set<std::string> json_types(const Option& option) {
  switch (option.type) {
    case OptionType::count:
      return {"integer"};
    case OptionType::number:
      return {"number"};
    case OptionType::flag:
      return {"boolean"};
    case OptionType::layer:
      return {"string", "integer"};
    case OptionType::texts:
      return {"array"};
    case OptionType::text:
      if (option.name == "target") return {"string", "integer"};
      [[fallthrough]];
    case OptionType::choice:
    case OptionType::baseline:
      break;
  }
  return {"string"};
}

TEST(Table, MatchesOpenApiFieldByField) {
  const RunningServer server;
  Json document = server.client().ask("GET", "/openapi.json").json();
  std::size_t fields = 0, values = 0, bounds = 0;
  for (const char* request : {"ExplainRequest", "CompareRequest"}) {
    Json& properties = document["components"]["schemas"][request]["properties"];
    std::set<std::string> known = other_fields;
    for (const Option& option : options()) {
      EXPECT_EQ(properties.contains(option.field()), !option.preset_only) << option.name;
      if (option.preset_only) continue;
      ++fields;
      known.insert(option.field());
      const Json schema = properties[option.field()];
      auto types = json_types(option);
      types.insert("null");
      EXPECT_EQ(schema["type"].get<std::set<std::string>>(), types) << option.name;
      // The help, as a sentence.
      EXPECT_THAT(schema["description"].get<std::string>(), HasSubstr(std::string(option.help.substr(1))));
      if (option.type == OptionType::choice) {
        Json list = option.values;
        list.push_back(nullptr);
        EXPECT_EQ(schema["enum"], list) << option.name;
        values += option.values.size();
      }
      if (option.type == OptionType::count) {
        EXPECT_EQ(schema["minimum"], option.range.least > 0 ? option.range.least : 0) << option.name;
        EXPECT_EQ(schema.contains("maximum"), option.name != "seed") << option.name;
        ++bounds;
      }
      if (option.type == OptionType::number && option.range.least == 0) {
        EXPECT_EQ(schema[option.range.open ? "exclusiveMinimum" : "minimum"], 0) << option.name;
        ++bounds;
      }
    }
    for (const auto& [name, schema] : properties.items()) EXPECT_TRUE(known.contains(name)) << request << ", " << name;
  }
  EXPECT_GE(fields, 60u);
  EXPECT_GE(values, 60u);
  EXPECT_GE(bounds, 24u);
}

TEST(Table, MatchesModelsRouteFieldByField) {
  const RunningServer server;
  const Json said = server.client().ask("GET", "/v1/models").json();
  std::size_t rows = 0, defaults = 0;
  for (const Option& option : options()) {
    if (option.preset_only) continue;
    const Json& row = said["options"].at(rows++);
    EXPECT_EQ(row["name"], option.field());
    EXPECT_EQ(row["help"], option.help);
    EXPECT_EQ(row.value("values", Json::array()), Json(option.values)) << option.name;
    EXPECT_EQ(row.contains("default"), option.explaining || option.reading) << option.name;
  }
  EXPECT_EQ(said["options"].size(), rows);
  ASSERT_EQ(said["methods"].size(), methods().size());
  for (std::size_t i = 0; i < methods().size(); ++i) {
    const Json& row = said["methods"][i];
    const NamedMethod& known = methods()[i];
    EXPECT_EQ(row["name"], known.name);
    EXPECT_EQ(row["group"], known.group);
    EXPECT_EQ(row["summary"], known.summary);
    EXPECT_EQ(row["one_pass"], known.one_pass);
    std::size_t own = 0;
    for (const Option& option : options()) {
      if (option.preset_only || !option.of(known.method)) continue;
      EXPECT_TRUE(row["options"].contains(option.field())) << known.name << ", " << option.name;
      ++own;
    }
    EXPECT_EQ(row["options"].size(), own) << known.name;
    defaults += own;
  }
  EXPECT_GE(rows, 30u);
  EXPECT_GE(defaults, 80u);
}

TEST(Table, FormerNamesAreRejectedWithTheNewName) {
  const RunningServer server;
  std::size_t refused = 0;
  for (const Option& option : options()) {
    if (option.former_name.empty()) continue;
    const std::string former(option.former_name);
    const Reply reply = server.client().post("/v1/explain", {{"text", "good"}, {former, "mask"}});
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(reply.json()["field"], former);
    EXPECT_THAT(reply.json()["detail"].get<std::string>(), HasSubstr("its new name, "));
    ++refused;
  }
  EXPECT_GE(refused, 2u);
}

TEST(Table, RejectsWhatOpenApiForbids) {
  const RunningServer server;
  Client client = server.client();
  const Json document = client.ask("GET", "/openapi.json").json();
  const Json& properties = document["components"]["schemas"]["ExplainRequest"]["properties"];
  std::size_t refused = 0;
  for (const Option& option : options()) {
    if (option.preset_only) continue;
    const Json& schema = properties[option.field()];
    Json wrong = Json::array({Json::object()});
    if (schema.contains("enum")) wrong.push_back("no such value");
    if (option.type == OptionType::count && option.name != "seed") {
      wrong.push_back(schema["maximum"].get<std::uint64_t>() + 1);
      wrong.push_back(schema["minimum"].get<std::int64_t>() - 1);
    }
    if (schema.contains("exclusiveMinimum")) wrong.push_back(schema["exclusiveMinimum"]);
    if (schema.contains("exclusiveMaximum")) wrong.push_back(schema["exclusiveMaximum"]);
    const auto having = methods_with(option);
    for (const Json& value : wrong) {
      Json request = {{"text", "good"}, {option.field(), value}};
      if (!having.empty()) request["method"] = having.front();
      const Reply reply = client.post("/v1/explain", request);
      EXPECT_EQ(reply.status, 422) << request;
      EXPECT_EQ(reply.json().value("field", ""), option.field()) << request << reply.body;
      ++refused;
    }
  }
  EXPECT_GE(refused, 60u);
}

}  // namespace
}  // namespace limn::server_test
