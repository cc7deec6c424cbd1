#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "limn/collection.h"

/// A server that answers what a collection asks of Elasticsearch or OpenSearch, written from their documentation:
/// https://www.elastic.co/docs/api and https://docs.opensearch.org. It refuses what the real ones would refuse: an
/// index name with capitals, a field that the mapping does not have, the other server's kNN. As in the real ones,
/// searches see what was written before the last refresh. tools/search_servers.py asks the same of other servers.

namespace limn::test {

class FakeSearchServer {
 public:
  using Json = nlohmann::json;
  enum class Kind { elasticsearch, opensearch };

  explicit FakeSearchServer(Kind kind) : kind_(kind) {}

  HttpSend send() {
    return [this](const HttpCall& call) { return answer(call); };
  }

  /// Called before each request; a reply is given in place of the server's.
  std::function<std::optional<HttpReply>(const HttpCall&)> before = {};
  std::vector<HttpCall> calls;
  std::map<std::string, Json> stored, visible;  ///< by id
  Json mapping;                                 ///< null: there is no index

  std::size_t count(const std::string& ending) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        calls, [&](const HttpCall& call) { return call.url.find(ending) != std::string::npos; }));
  }

 private:
  static HttpReply reply(int status, const Json& json) {
    return {.status = status, .body = json.dump(), .failure = {}};
  }
  static HttpReply refusal(int status, const std::string& type, const std::string& reason) {
    return reply(status, {{"error", {{"type", type}, {"reason", reason}}}, {"status", status}});
  }

  HttpReply answer(const HttpCall& call) {
    calls.push_back(call);
    if (before)
      if (auto given = before(call)) return *given;
    const std::string prefix = "http://search:9200/";
    if (!call.url.starts_with(prefix)) return {.failure = "could not resolve host"};
    std::string path = call.url.substr(prefix.size());
    if (path.empty()) return reply(200, root());
    const auto query = path.find('?');
    const std::string parameters = query == path.npos ? "" : path.substr(query + 1);
    path = path.substr(0, query);
    const auto slash = path.find('/');
    const std::string index = path.substr(0, slash), action = slash == path.npos ? "" : path.substr(slash + 1);
    if (call.method == "PUT" && action.empty()) return create(Json::parse(call.body));
    if (mapping.is_null()) return refusal(404, "index_not_found_exception", "no such index [" + index + "]");
    if (action == "_mapping") return reply(200, {{index, {{"mappings", mapping}}}});
    if (action == "_refresh") {
      visible = stored;
      return reply(200, {{"_shards", {{"failed", 0}}}});
    }
    try {
      if (action == "_bulk") return bulk(call);
      const Json body = call.body.empty() ? Json{{"query", {{"match_all", Json::object()}}}} : Json::parse(call.body);
      if (action == "_count") return reply(200, {{"count", matching(body["query"]).size()}});
      if (action == "_search") return reply(200, search(body));
      if (action == "_delete_by_query") {
        const auto found = matching(body["query"]);
        for (const auto& [id, score] : found) stored.erase(id);
        if (parameters.find("refresh=true") != parameters.npos) visible = stored;
        return reply(200, {{"deleted", found.size()}, {"failures", Json::array()}});
      }
    } catch (const std::exception& error) {
      return refusal(400, "parsing_exception", error.what());
    }
    return refusal(405, "method", "no such action " + action);
  }

  Json root() const {
    if (kind_ == Kind::opensearch)
      return {{"name", "node"},
              {"version", {{"distribution", "opensearch"}, {"number", "2.11.0"}}},
              {"tagline", "The OpenSearch Project: https://opensearch.org/"}};
    return {{"name", "node"},
            {"version", {{"number", "8.11.1"}, {"build_flavor", "default"}}},
            {"tagline", "You Know, for Search"}};
  }

  HttpReply create(const Json& body) {
    if (!mapping.is_null()) return refusal(400, "resource_already_exists_exception", "index already exists");
    const std::set<std::string> filters = {"lowercase", "asciifolding", "porter_stem"};
    for (const auto& filter : body.at(Json::json_pointer("/settings/analysis/analyzer/limn_words/filter")))
      if (!filters.contains(filter.get<std::string>())) return refusal(400, "illegal_argument_exception", "filter");
    const Json& properties = body.at(Json::json_pointer("/mappings/properties"));
    if (properties.contains("embedding")) {
      const Json& field = properties["embedding"];
      const bool is_right =
          kind_ == Kind::elasticsearch
              ? field.at("type") == "dense_vector" && field.at("dims") > 0 && field.at("similarity") == "cosine"
              : field.at("type") == "knn_vector" && field.at("dimension") > 0 &&
                    field.at(Json::json_pointer("/method/engine")) == "lucene" &&
                    field.at(Json::json_pointer("/method/space_type")) == "cosinesimil" &&
                    body.at(Json::json_pointer("/settings/index/knn")) == true;
      if (!is_right) return refusal(400, "mapper_parsing_exception", "embedding");
    }
    mapping = body["mappings"];
    return reply(200, {{"acknowledged", true}});
  }

  HttpReply bulk(const HttpCall& call) {
    if (call.content_type != "application/x-ndjson") return refusal(406, "media_type", call.content_type);
    if (!call.body.ends_with('\n')) return refusal(400, "illegal_argument_exception", "must end with a newline");
    Json items = Json::array();
    for (std::size_t at = 0; at < call.body.size();) {
      const Json action = next_line(call.body, at);
      const std::string name = action.begin().key(), id = action.begin().value().at("_id");
      const Json given = next_line(call.body, at);
      if (name == "index")
        stored[id] = given;
      else if (name == "update" && stored.contains(id))
        stored[id].update(given.at("doc"));
      else
        throw std::invalid_argument(name);
      Json done = {{"_id", id}, {"status", 200}};
      for (const auto& [field, value] : stored[id].items())
        if (!mapping["properties"].contains(field))
          done["error"] = {{"type", "strict_dynamic_mapping_exception"}, {"reason", "introduction of [" + field + "]"}};
      items.push_back({{name, done}});
    }
    return reply(200, {{"errors", false}, {"items", items}});
  }

  static Json next_line(const std::string& text, std::size_t& at) {
    const auto end = text.find('\n', at);
    const Json json = Json::parse(text.substr(at, end - at));
    at = end + 1;
    return json;
  }

  static std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> result(1);
    for (const char c : text)
      if (std::isalnum(static_cast<unsigned char>(c)))
        result.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      else if (!result.back().empty())
        result.emplace_back();
    if (result.back().empty()) result.pop_back();
    return result;
  }

  /// Lucene's BM25 (k1 = 1.2, b = 0.75) of a text for a field.
  std::map<std::string, double> bm25(const std::string& field, const std::string& query) const {
    std::map<std::string, double> scores;
    double total = 0;
    for (const auto& [id, object] : visible) total += static_cast<double>(words(object.at(field)).size());
    const auto all = static_cast<double>(visible.size());
    for (const std::string& word : words(query)) {
      std::map<std::string, double> counts;
      for (const auto& [id, object] : visible) {
        const auto own = words(object.at(field));
        if (const auto n = std::ranges::count(own, word); n > 0) counts[id] = static_cast<double>(n);
      }
      const auto with = static_cast<double>(counts.size());
      const double idf = std::log(1 + (all - with + 0.5) / (with + 0.5));
      for (const auto& [id, n] : counts) {
        const auto length = static_cast<double>(words(visible.at(id).at(field)).size());
        scores[id] += idf * n / (n + 1.2 * (1 - 0.75 + 0.75 * length / (total / all)));
      }
    }
    return scores;
  }

  /// Scores by id of the passages that match.
  std::map<std::string, double> matching(const Json& query) const {
    const std::string kind = query.begin().key();
    const Json& given = query.begin().value();
    std::map<std::string, double> found;
    if (kind == "match") {
      const auto field = given.begin();
      const Json& inner = field.value();
      found = bm25(field.key(), inner.at("query"));
      for (auto& [id, score] : found) score *= inner.value("boost", 1.);
    } else if (kind == "multi_match") {
      for (const auto& field : given.at("fields")) found.merge(bm25(field, given.at("query")));
    } else if (kind == "knn") {
      if (kind_ != Kind::opensearch) throw std::invalid_argument("unknown query [knn]");
      return nearest(given.at("embedding").at("vector"), given.at("embedding").at("k"),
                     given.at("embedding").value("filter", Json()));
    } else if (kind == "bool") {
      for (const auto& clause : given.value("should", Json::array()))
        for (const auto& [id, score] : matching(clause)) found[id] += score;
      if (!given.contains("should"))
        for (const auto& [id, object] : visible) found[id] = 0;
      for (const auto& filter : given.value("filter", Json::array())) {
        const auto allowed = matching(filter);
        std::erase_if(found, [&](const auto& entry) { return !allowed.contains(entry.first); });
      }
    } else {
      for (const auto& [id, object] : visible)
        if (holds(kind, given, id, object)) found[id] = 1;
    }
    return found;
  }

  static bool holds(const std::string& kind, const Json& given, const std::string& id, const Json& object) {
    if (kind == "match_all") return true;
    if (kind == "ids") return std::ranges::find(given.at("values"), Json(id)) != given.at("values").end();
    const Json& value = object.at(given.begin().key());
    const Json& wanted = given.begin().value();
    if (kind == "range") return value >= wanted.at("gte");
    const auto is = [&](const Json& one) {
      return value.is_array() ? std::ranges::count(value, one) > 0 : value == one;
    };
    if (kind == "term") return is(wanted);
    if (kind == "terms") return std::ranges::any_of(wanted, is);
    throw std::invalid_argument("unknown query [" + kind + "]");
  }

  std::map<std::string, double> nearest(const std::vector<double>& query, std::size_t count, const Json& filter) const {
    std::vector<std::pair<double, std::string>> all;
    const auto allowed = filter.is_null() ? std::map<std::string, double>() : matching(filter);
    for (const auto& [id, object] : visible) {
      if (!filter.is_null() && !allowed.contains(id)) continue;
      double dot = 0;
      for (std::size_t i = 0; i < query.size(); ++i) dot += query[i] * object.at("embedding").at(i).get<double>();
      all.emplace_back((1 + dot) / 2, id);
    }
    std::ranges::sort(all, std::greater{});
    if (all.size() > count) all.resize(count);
    std::map<std::string, double> found;
    for (const auto& [score, id] : all) found[id] = score;
    return found;
  }

  Json search(const Json& body) const {
    std::map<std::string, double> found;
    if (body.contains("knn")) {
      if (kind_ != Kind::elasticsearch) throw std::invalid_argument("unknown key [knn]");
      const Json& knn = body["knn"];
      if (knn.at("field") != "embedding" || knn.at("num_candidates") < knn.at("k")) throw std::invalid_argument("knn");
      found = nearest(knn.at("query_vector"), knn.at("k"), knn.value("filter", Json()));
    } else if (body.contains("query")) {
      found = matching(body["query"]);
    }
    std::vector<std::pair<double, std::string>> order;
    for (const auto& [id, score] : found) order.emplace_back(-score, id);
    std::ranges::sort(order);
    const bool by_key = body.contains("sort");
    if (by_key)
      std::ranges::sort(order, {},
                        [&](const auto& one) { return visible.at(one.second).at("key").template get<std::string>(); });
    Json hits = Json::array();
    for (const auto& [score, id] : order) {
      const Json& object = visible.at(id);
      if (hits.size() == body.value("size", std::size_t{10})) break;
      if (body.contains("search_after") && object.at("key") <= body["search_after"].at(0)) continue;
      Json source = Json::object();
      for (const auto& field : body.at("_source"))
        if (object.contains(field)) source[field.get<std::string>()] = object.at(field);
      hits.push_back({{"_id", id}, {"_score", by_key ? Json() : Json(-score)}, {"_source", source}});
    }
    Json answer = {{"took", 1}, {"hits", {{"hits", hits}}}};
    if (body.contains("aggs"))
      for (const auto& [name, filter] : body["aggs"]["words"]["filters"]["filters"].items())
        answer["aggregations"]["words"]["buckets"][name]["doc_count"] = matching(filter).size();
    return answer;
  }

  Kind kind_;
};

}  // namespace limn::test
