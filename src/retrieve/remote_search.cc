// What is asked of a server to find passages.
#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "base/base64.h"
#include "limn/error.h"
#include "math/kernels.h"
#include "retrieve/fusion.h"
#include "retrieve/remote_collection.h"

namespace limn {
namespace {

using nlohmann::json;

/// Passages that are compared for a hybrid ranking: the best by words, and the best by meaning.
constexpr std::size_t least_candidates = 100;
/// Servers refuse more (index.max_result_window, and num_candidates of kNN).
constexpr std::size_t most_hits = 10'000;

struct Hit {
  FoundPassage passage;
  std::string id;    // of the server
  std::string half;  // the embedding as F16, empty without
};

json fields_of_hit(bool with_embedding) {
  json fields = {"passage", "key", "title", "source", "begin", "end", "text"};
  if (with_embedding) fields.push_back("half");
  return fields;
}

json clause(const char* field, std::string_view words, double weight) {
  return {{"match", {{field, {{"query", words}, {"boost", weight}}}}}};
}

/// Matches any word of the question, and any added word with its weight.
json words_query(std::string_view question, const SearchOptions& options, const std::vector<AddedTerm>& added) {
  json clauses = json::array();
  const auto add = [&](std::string_view words, double weight) {
    clauses.push_back(clause("text", words, weight));
    clauses.push_back(clause("title", words, weight * title_weight));
  };
  add(question, 1);
  for (const AddedTerm& term : added) add(term.term, options.expansion.weight * term.weight);
  return {{"should", std::move(clauses)}, {"minimum_should_match", 1}};
}

json filters_of(const SearchOptions& options) {
  json filters = json::array();
  for (const auto& [field, value] : options.filters)
    filters.push_back({{"term", {{"filters", remote_filter(field, value)}}}});
  return filters;
}

json knn_request(SearchServer::Kind kind, const std::vector<float>& query, std::size_t count, const json& filters) {
  const json filter = {{"bool", {{"filter", filters}}}};
  if (kind == SearchServer::Kind::elasticsearch) {
    json knn = {{"field", "embedding"},
                {"query_vector", query},
                {"k", count},
                {"num_candidates", std::min(most_hits, 2 * count)}};
    if (!filters.empty()) knn["filter"] = filter;
    return {{"knn", std::move(knn)}};
  }
  json knn = {{"vector", query}, {"k", count}};
  if (!filters.empty()) knn["filter"] = filter;
  return {{"query", {{"knn", {{"embedding", std::move(knn)}}}}}};
}

/// The questions to a server that make one search.
class RemoteSearch {
 public:
  RemoteSearch(const SearchServer& server, SearchServer::Kind kind, const SearchOptions& options)
      : server_(server), kind_(kind), options_(options), filters_(filters_of(options)) {}

  /// Adds the passages that have words of the question. @param only ids of the server; empty: all
  void by_words(json query, std::size_t count, bool with_embedding, const std::vector<std::string>& only = {}) {
    query["filter"] = filters_;
    if (!only.empty()) query["filter"].push_back({{"ids", {{"values", only}}}});
    const json request = {
        {"size", count}, {"query", {{"bool", std::move(query)}}}, {"_source", fields_of_hit(with_embedding)}};
    for (auto& [score, hit] : ask(request, with_embedding)) {
      Hit& known = hits_.try_emplace(hit.id, std::move(hit)).first->second;
      known.passage.bm25 = score;
    }
  }

  /// Adds the passages whose embeddings are nearest. @return the ids of those that were not found by their words
  std::vector<std::string> by_meaning(const std::vector<float>& query, std::size_t count) {
    json request = knn_request(kind_, query, count, filters_);
    request["size"] = count;
    request["_source"] = fields_of_hit(true);
    std::vector<std::string> added;
    for (auto& [score, hit] : ask(request, true))
      if (const auto [known, is_new] = hits_.try_emplace(hit.id, std::move(hit)); is_new) added.push_back(known->first);
    return added;
  }

  /// Computes the similarity itself, since servers transform it, each version in its own way.
  void compare(const std::vector<float>& query) {
    for (auto& [id, hit] : hits_) {
      if (hit.half.size() != query.size() * sizeof(std::uint16_t))
        throw Error({.file = server_.address(),
                     .field = "half",
                     .found = std::to_string(hit.half.size()) + " bytes",
                     .expected = std::to_string(query.size() * sizeof(std::uint16_t)),
                     .hint = "a passage was written by another program"});
      std::vector<std::uint16_t> row(query.size());
      std::memcpy(row.data(), hit.half.data(), hit.half.size());
      hit.passage.dense = kernels().dot_half(row.data(), query.data(), query.size());
    }
  }

  std::vector<FoundPassage> ranked(Retriever retriever) {
    double best = 0;
    for (const auto& [id, hit] : hits_) best = std::max(best, hit.passage.bm25.value_or(0));
    std::vector<FoundPassage> result;
    for (auto& [id, hit] : hits_) {
      FoundPassage& found = hit.passage;
      found.score = retriever == Retriever::bm25    ? found.bm25.value_or(0)
                    : retriever == Retriever::dense ? found.dense.value_or(0)
                                                    : hybrid_score(found.bm25.value_or(0), best, *found.dense);
      result.push_back(std::move(found));
    }
    std::ranges::sort(result, [](const FoundPassage& a, const FoundPassage& b) {
      return a.score != b.score ? a.score > b.score : a.id < b.id;
    });
    if (result.size() > options_.top) result.resize(options_.top);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].rank = i + 1;
    return result;
  }

 private:
  std::vector<std::pair<double, Hit>> ask(const json& request, bool with_embedding) const {
    const json answer = server_.post("_search", request);
    std::vector<std::pair<double, Hit>> hits;
    for (const json& given : server_.list(answer, "/hits/hits")) {
      Hit hit;
      hit.id = server_.text(given, "/_id");
      FoundPassage& passage = hit.passage;
      passage.id = static_cast<std::int64_t>(whole(given, "/_source/passage"));
      passage.document = server_.text(given, "/_source/key");
      passage.title = server_.text(given, "/_source/title");
      passage.source = server_.text(given, "/_source/source");
      passage.begin = whole(given, "/_source/begin");
      passage.end = whole(given, "/_source/end");
      passage.text = server_.text(given, "/_source/text");
      if (with_embedding) hit.half = decode_base64(server_.text(given, "/_source/half")).value_or("");
      hits.emplace_back(server_.number(given, "/_score"), std::move(hit));
    }
    return hits;
  }

  std::size_t whole(const json& hit, const char* path) const {
    constexpr double largest = 9007199254740992;  // 2^53
    const double number = server_.number(hit, path);
    if (number >= 0 && number <= largest) return static_cast<std::size_t>(number);
    throw Error({.file = server_.address(), .field = path, .found = std::to_string(number), .expected = "a place"});
  }

  const SearchServer& server_;
  SearchServer::Kind kind_;
  const SearchOptions& options_;
  json filters_;
  std::map<std::string, Hit> hits_;  // by the server's id
};

}  // namespace

std::vector<FoundPassage> RemoteCollection::find(const Embedder* embedder, std::string_view question,
                                                 const SearchOptions& options, const Watch& watch,
                                                 const std::vector<AddedTerm>& added) const {
  check_question(question);
  const Retriever retriever = options.retriever.value_or(embedder != nullptr ? Retriever::hybrid : Retriever::bm25);
  RemoteSearch search(server_, kind_, options);
  const json words = words_query(question, options, added);
  const std::size_t top = std::min(options.top, most_hits), most = std::max(top, least_candidates);
  if (retriever == Retriever::bm25) {
    search.by_words(words, top, false);
    return search.ranked(retriever);
  }
  check_embeds(embedder, info_);
  const std::vector<float> query = embedder->embed({std::string(question)}, true, watch);
  if (retriever == Retriever::hybrid) search.by_words(words, most, true);
  const std::vector<std::string> others = search.by_meaning(query, most);
  if (retriever == Retriever::hybrid && !others.empty()) search.by_words(words, others.size(), true, others);
  search.compare(query);
  return search.ranked(retriever);
}

std::vector<double> RemoteCollection::passages_with(const std::vector<std::string>& words) const {
  if (words.empty()) return {};
  json filters = json::object();
  for (std::size_t i = 0; i < words.size(); ++i)
    filters[std::to_string(i)] = {{"multi_match", {{"query", words[i]}, {"fields", {"text", "title"}}}}};
  const json request = {{"size", 0}, {"aggs", {{"words", {{"filters", {{"filters", std::move(filters)}}}}}}}};
  const json answer = server_.post("_search", request);
  std::vector<double> result;
  for (std::size_t i = 0; i < words.size(); ++i)
    result.push_back(
        server_.number(answer, ("/aggregations/words/buckets/" + std::to_string(i) + "/doc_count").c_str()));
  return result;
}

}  // namespace limn
