#include "apps/server/openapi_paths.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

struct ErrorResponse {
  std::string_view status, name, description;
  bool is_anywhere = false;  // any route may refuse a request like this
};

constexpr ErrorResponse error_responses[] = {
    {"400", "Malformed", "The body is not valid JSON, or the request is not valid HTTP.", true},
    {"401", "Unauthorized", "A key is needed."},
    {"404", "Missing", "The temporary collection has expired, was removed, or never was."},
    {"413", "TooLarge", "The body is too large.", true},
    {"415", "MediaType", "The body is not application/json."},
    {"421", "Misdirected", "The Host header names a host that this server does not allow.", true},
    {"422", "Unprocessable", "A field is unknown, missing or invalid, or the work takes too long."},
    {"431", "HeadTooLarge", "The head of the request is too large.", true},
    {"500", "Broken", "An internal error of the server.", true},
    {"503", "Unavailable",
     "The queue is full, the server is stopping, or the search server of a collection does not answer."},
};

struct GetRoute {
  std::string_view name, summary;
  std::vector<std::string_view> refusals;
  std::string_view media_type;
  Json schema;
};

/// Work on one input or several.
struct PostRoute {
  std::string_view name, summary, request;
  std::vector<std::string_view> answers;  // schemas of the answer to one input
  bool streams = false;
  bool takes_inputs = true;  // several inputs instead of one
  bool reads_collection = false;
};

Json component(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string(kind) + "/" + std::string(name)}};
}

Json schema_named(std::string_view name) { return component("schemas", name); }

Json operation_item(std::string_view name, std::string_view summary, const std::vector<std::string_view>& statuses) {
  Json result = {
      {"operationId", name}, {"summary", summary}, {"responses", {{"200", {{"description", "The answer."}}}}}};
  for (const ErrorResponse& refusal : error_responses)
    if (refusal.is_anywhere || std::find(statuses.begin(), statuses.end(), refusal.status) != statuses.end())
      result["responses"][std::string(refusal.status)] = component("responses", refusal.name);
  return result;
}

Json get_item(const GetRoute& query) {
  Json result = operation_item(query.name, query.summary, query.refusals);
  result["responses"]["200"]["content"][std::string(query.media_type)]["schema"] = query.schema;
  return {{"get", std::move(result)}};
}

Json post_item(const PostRoute& task) {
  std::vector<std::string_view> statuses = {"401", "415", "422", "503"};
  if (task.reads_collection) statuses.push_back("404");
  Json result = operation_item(task.name, task.summary, statuses);
  result["requestBody"] = {{"required", true},
                           {"content", {{"application/json", {{"schema", schema_named(task.request)}}}}}};
  Json one = Json::array();
  for (const std::string_view answer : task.answers) one.push_back(schema_named(answer));
  if (task.takes_inputs) {
    Json each = one;
    each.push_back(schema_named("Failure"));
    one.push_back({{"type", "object"},
                   {"description", "One result per element of `inputs`."},
                   {"properties", {{"results", {{"type", "array"}, {"items", {{"anyOf", std::move(each)}}}}}}},
                   {"required", Json::array({"results"})}});
  }
  Json& answer = result["responses"]["200"];
  answer["content"]["application/json"]["schema"]["oneOf"] = std::move(one);
  if (task.streams) {
    answer["description"] =
        "The answer. With `Accept: text/event-stream`: events `progress` {done, total}, with the `words` so far from "
        "methods that draw samples, then `result` or `problem`; "
        "closing the connection cancels the work.";
    answer["content"]["text/event-stream"]["schema"]["type"] = "string";
  }
  answer["headers"]["Cache-Status"] = {{"description", "`limn; hit`: answered from the cache."},
                                       {"schema", {{"type", "string"}}}};
  return {{"post", std::move(result)}};
}

/// What is done with a temporary collection by its name.
Json temporary_collection_item() {
  const Json name = {{"name", "name"},
                     {"in", "path"},
                     {"required", true},
                     {"description", "As the answer to the upload gives it."},
                     {"schema", {{"type", "string"}}}};
  Json item = get_item({"collection",
                        "What a temporary collection has; counts as a use of it",
                        {"401", "404"},
                        "application/json",
                        schema_named("TemporaryCollection")});
  item["get"]["parameters"] = Json::array({name});
  Json& remove = item["delete"] = operation_item("remove_collection", "Removes a temporary collection", {"401", "404"});
  remove["parameters"] = Json::array({name});
  remove["responses"].erase("200");
  remove["responses"]["204"] = {{"description", "It is gone."}};
  return item;
}

}  // namespace

Json openapi_paths() {
  constexpr std::string_view json = "application/json";
  Json paths;
  for (const PostRoute& task : {
           PostRoute{"explain",
                     "The prediction, and the words that led to it",
                     "ExplainRequest",
                     {"Explanation", "Explanations"},
                     true},
           PostRoute{"predict", "The prediction, without an explanation", "PredictRequest", {"Predicted"}},
           PostRoute{"compare", "Models and methods side by side", "CompareRequest", {"Comparison"}, true},
           PostRoute{"tokenize", "The tokens that the model reads", "TokenizeRequest", {"Tokens"}},
           PostRoute{
               "evaluate", "How faithful the explanations of methods are", "EvaluateRequest", {"Faithfulness"}, true},
           PostRoute{"embed", "The embedding of a text", "EmbedRequest", {"Embedded"}},
           PostRoute{"embeddings",
                     "Embeddings as OpenAI's clients expect them",
                     "EmbeddingsQuery",
                     {"Embeddings"},
                     false,
                     false},
           PostRoute{"similar", "Why two texts are similar", "SimilarRequest", {"Similarity"}, true},
           PostRoute{
               "rerank", "Passages ordered by their relevance to a question", "RerankQuery", {"Ranking"}, false, false},
           PostRoute{"search",
                     "Passages of a collection that fit a question",
                     "SearchQuery",
                     {"Passages"},
                     false,
                     false,
                     true},
           PostRoute{"ask", "Answers from a collection, explained", "AskQuery", {"FoundAnswers"}, true, false, true},
           PostRoute{"collections",
                     "A temporary collection of uploaded files",
                     "CollectionsQuery",
                     {"TemporaryCollection"},
                     true,
                     false},
           PostRoute{"attention", "What every head attended to", "AttentionRequest", {"AttentionMaps"}},
           PostRoute{"attack", "Small changes that would change the prediction", "AttackRequest", {"Attack"}, true},
       })
    paths["/v1/" + std::string(task.name)] = post_item(task);
  paths["/v1/collections/{name}"] = temporary_collection_item();
  paths["/v1/models"] =
      get_item({"models", "Models, collections, methods, presets and limits", {"401"}, json, schema_named("Models")});
  paths["/healthz"] = get_item({"healthz", "Whether the process is alive", {}, json, schema_named("Status")});
  paths["/readyz"] = get_item({"readyz", "Whether the server accepts requests", {"503"}, json, schema_named("Status")});
  paths["/metrics"] = get_item({"metrics", "Prometheus metrics", {"401"}, "text/plain", {{"type", "string"}}});
  paths["/openapi.json"] = get_item({"openapi", "This document", {}, json, {{"type", "object"}}});
  paths["/docs"] = get_item({"docs", "The documentation for people", {}, "text/html", {{"type", "string"}}});
  return paths;
}

Json openapi_responses() {
  Json responses;
  for (const ErrorResponse& refusal : error_responses)
    responses[std::string(refusal.name)] = {
        {"description", refusal.description},
        {"content", {{"application/problem+json", {{"schema", schema_named("Problem")}}}}}};
  responses["Unavailable"]["headers"]["Retry-After"] = {{"description", "Seconds to wait."},
                                                        {"schema", {{"type", "integer"}}}};
  return responses;
}

}  // namespace limn::server
