#include "retrieve/remote_collection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/base64.h"
#include "base/fingerprint.h"
#include "base/json.h"
#include "limn/error.h"
#include "retrieve/half.h"

namespace limn {
namespace {

using nlohmann::json;

constexpr int mapping_format = 1;  // incremented when older versions cannot read the new one
/// kNN search with a filter: Elasticsearch 8.4 has it in _search, OpenSearch 2.4 with the engine lucene.
constexpr int least_elasticsearch = 804, least_opensearch = 204;
/// Servers refuse bodies of more than 100 MB, and advise 5 to 15 MB for _bulk.
constexpr std::size_t most_bulk_bytes = std::size_t{5} << 20;
constexpr std::size_t page_documents = 1000;
/// Terms of Lucene have at most 32,766 bytes; a character has up to four.
constexpr std::size_t longest_term = 8191;

template <class T>
std::string base64_of(std::span<const T> values) {
  return base64({reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()});
}

std::string document_id(const std::string& key) { return fmt::format("{:016x}", fingerprint(key)); }
std::string passage_id(const std::string& key, std::size_t number) {
  return fmt::format("{}-{}", document_id(key), number);
}

/// A number that JSON and JavaScript keep exactly.
std::int64_t passage_number(const std::string& key, std::size_t number) {
  return static_cast<std::int64_t>(fingerprint(passage_id(key, number)) & ((std::uint64_t{1} << 53) - 1));
}

json settings_for(SearchServer::Kind kind, bool has_embeddings) {
  json settings = {{"analysis",
                    {{"analyzer",
                      {{"limn_words",
                        {{"type", "custom"},
                         {"tokenizer", "standard"},
                         {"filter", json::array({"lowercase", "asciifolding", "porter_stem"})}}}}}}}};
  if (kind == SearchServer::Kind::opensearch && has_embeddings) settings["index"] = {{"knn", true}};
  return settings;
}

json vector_field(SearchServer::Kind kind, const Embedder& embedder) {
  if (kind == SearchServer::Kind::elasticsearch)
    return {{"type", "dense_vector"},
            {"dims", embedder.dimensions},
            {"index", true},
            {"similarity", embedder.by_dot ? "max_inner_product" : "cosine"}};
  return {{"type", "knn_vector"},
          {"dimension", embedder.dimensions},
          {"method",
           {{"name", "hnsw"}, {"engine", "lucene"}, {"space_type", embedder.by_dot ? "innerproduct" : "cosinesimil"}}}};
}

json mappings_for(SearchServer::Kind kind, const Embedder* embedder) {
  const json words = {{"type", "text"}, {"analyzer", "limn_words"}};
  const json term = {{"type", "keyword"}, {"ignore_above", longest_term}};
  const json kept = {{"type", "keyword"}, {"index", false}, {"doc_values", false}};
  json meta = {{"limn", mapping_format}};
  json properties = {{"key", {{"type", "keyword"}}},
                     {"number", {{"type", "integer"}}},
                     {"passage", {{"type", "long"}}},
                     {"begin", {{"type", "long"}}},
                     {"end", {{"type", "long"}}},
                     {"text", words},
                     {"title", words},
                     {"source", kept},
                     {"filters", term},
                     {"fingerprint", kept}};
  if (embedder != nullptr) {
    meta["embedder"] = embedder->model;
    meta["dimensions"] = embedder->dimensions;
    const std::vector<float> probe = embedder->embed({probe_text}, false, {});
    meta["probe"] = base64_of(std::span<const float>(probe));
    properties["embedding"] = vector_field(kind, *embedder);
    properties["half"] = {{"type", "binary"}};  // F16, from which limn computes the cosine
  }
  return {{"dynamic", "strict"}, {"_meta", std::move(meta)}, {"properties", std::move(properties)}};
}

/// A passage without its embedding.
json passage_json(const Document& document, const NewPassage& passage, std::size_t number) {
  json filters = json::array();
  const auto add = [&](const std::string& field, const std::string& value) {
    filters.push_back(remote_filter(field, value));
  };
  add("document", document.key), add("title", document.title), add("source", document.source);
  for (const auto& [field, value] : document.fields) add(field, value);
  return {{"key", document.key},     {"number", number},          {"passage", passage_number(document.key, number)},
          {"begin", passage.begin},  {"end", passage.end},        {"text", passage.text},
          {"title", document.title}, {"source", document.source}, {"filters", std::move(filters)}};
}

/// Adds the embedding to a JSON object with the digits that a float needs; as doubles, they would take twice as many.
void add_embedding(std::string& object, std::span<const float> row) {
  std::vector<std::uint16_t> halves(row.size());
  std::ranges::transform(row, halves.begin(), to_half);
  object.pop_back();
  object += ",\"half\":\"" + base64_of(std::span<const std::uint16_t>(halves)) + "\",\"embedding\":[";
  for (const float value : row) object += fmt::format("{},", value);
  object.back() = ']';
  object += '}';
}

std::string line_of(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string remote_filter(const std::string& field, const std::string& value) { return field + '\x1f' + value; }

RemoteCollection RemoteCollection::open(const std::string& address, const HttpSend& send) {
  RemoteCollection collection(address, send);
  collection.kind_ = collection.server_.kind(0, 0);
  if (!collection.read_settings())
    throw Error({.file = address, .found = "no such index", .expected = "a collection that 'limn index' wrote"});
  collection.count();
  return collection;
}

RemoteCollection RemoteCollection::open_or_create(const std::string& address, const HttpSend& send,
                                                  const Embedder* embedder) {
  RemoteCollection collection(address, send);
  const bool embeds = embedder != nullptr;
  collection.kind_ = collection.server_.kind(embeds ? least_elasticsearch : 0, embeds ? least_opensearch : 0);
  if (!collection.read_settings()) {
    collection.create(embedder);
    if (!collection.read_settings())
      throw Error({.file = address, .found = "no index", .expected = "the index that was just created"});
  }
  if (embeds) collection.check(*embedder);
  if (!embeds && collection.info_.dimensions > 0)
    throw Error({.file = address,
                 .thing = "the collection",
                 .found = "embeddings of " + collection.info_.embedder,
                 .expected = "documents to be added with that model"});
  collection.count();
  return collection;
}

/// @return whether there is an index
bool RemoteCollection::read_settings() {
  const SearchServer::Answer answer = server_.ask("GET", "_mapping", "", {404});
  if (answer.status == 404) return false;
  const auto refuse = [&](const std::string& found) {
    throw Error({.file = server_.address(), .found = found, .expected = "a collection that 'limn index' wrote"});
  };
  if (!answer.json.is_object() || answer.json.size() != 1)
    refuse(answer.json.is_object() ? std::to_string(answer.json.size()) + " indices" : shown(answer.json));
  const json mapping = answer.json.begin().value();  // an alias has another name
  const json::json_pointer meta("/mappings/_meta");
  if (!mapping.is_object() || !mapping.contains(meta) || !mapping.at(meta).is_object() ||
      !mapping.at(meta).contains("limn"))
    refuse("an index of another program");
  const json& values = mapping.at(meta);
  if (values["limn"] != mapping_format)
    throw Error({.file = server_.address(),
                 .thing = "the collection's format",
                 .found = "version " + shown(values["limn"]),
                 .expected = "version " + std::to_string(mapping_format),
                 .hint = "another version of limn wrote it"});
  info_.file = server_.address();
  if (!values.contains("embedder")) return true;
  info_.embedder = server_.text(values, "/embedder");
  const double dimensions = server_.number(values, "/dimensions");
  const auto bytes = decode_base64(server_.text(values, "/probe"));
  constexpr double most_dimensions = 1 << 20;
  if (!bytes || !(dimensions >= 1 && dimensions <= most_dimensions) ||
      bytes->size() != static_cast<std::size_t>(dimensions) * sizeof(float))
    refuse("an index whose settings are damaged");
  info_.dimensions = static_cast<std::size_t>(dimensions);
  probe_.resize(info_.dimensions);
  std::memcpy(probe_.data(), bytes->data(), bytes->size());
  return true;
}

void RemoteCollection::create(const Embedder* embedder) {
  const json body = {{"settings", settings_for(kind_, embedder != nullptr)},
                     {"mappings", mappings_for(kind_, embedder)}};
  // Another writer may have been faster: then the server says that the index exists, which read_settings() checks.
  const SearchServer::Answer answer = server_.ask("PUT", "", line_of(body), {400});
  if (answer.status != 400) return;
  const json::json_pointer type("/error/type");
  const bool exists = answer.json.contains(type) && answer.json.at(type) == "resource_already_exists_exception";
  if (exists) return;
  const json::json_pointer reason("/error/reason");
  throw Error({.file = server_.address(),
               .found = answer.json.contains(reason) ? shown(answer.json.at(reason)) : "HTTP status 400",
               .expected = "a server that creates the index"});
}

void RemoteCollection::check(const Embedder& embedder) const { check_embedder(embedder, info_, probe_); }

void RemoteCollection::count() {
  const json first = {{"query", {{"term", {{"number", 0}}}}}};
  info_.documents = static_cast<std::size_t>(std::max(0., server_.number(server_.post("_count", first), "/count")));
  info_.passages = static_cast<std::size_t>(std::max(0., server_.number(server_.ask("GET", "_count").json, "/count")));
}

/// The first passage of each document has its fingerprint.
const std::map<std::string, RemoteCollection::Known>& RemoteCollection::known() const {
  if (known_) return *known_;
  std::map<std::string, Known> read;
  server_.ask("POST", "_refresh");  // what a killed run has written is seen
  json request = {{"size", page_documents},
                  {"query", {{"term", {{"number", 0}}}}},
                  {"sort", json::array({{{"key", "asc"}}})},
                  {"_source", {"key", "source", "fingerprint"}}};
  for (std::size_t hits = page_documents; hits == page_documents;) {
    const json answer = server_.post("_search", request);
    const json& page = server_.list(answer, "/hits/hits");
    hits = page.size();
    const std::size_t before = read.size();
    for (const json& hit : page) {
      const std::string key = server_.text(hit, "/_source/key"), value = server_.text(hit, "/_source/fingerprint");
      Known& document = read[key];
      document.source = server_.text(hit, "/_source/source");
      std::int64_t number = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
      if (!value.empty() && parsed.ec == std::errc()) document.fingerprint = number;
      request["search_after"] = json::array({key});
    }
    if (hits == page_documents && read.size() == before)
      throw Error({.file = server_.address(),
                   .field = "/hits/hits",
                   .found = "the same page again",
                   .expected = "the documents after the last one"});
  }
  known_ = std::move(read);
  return *known_;
}

std::optional<std::int64_t> RemoteCollection::fingerprint(const std::string& key) const {
  const auto found = known().find(key);
  return found == known().end() ? std::nullopt : found->second.fingerprint;
}

std::vector<std::string> RemoteCollection::keys_of(const std::string& path) const {
  std::vector<std::string> keys;
  const std::string below = path.ends_with('/') ? path : path + "/";
  for (const auto& [key, document] : known())
    if (document.source == path || document.source.starts_with(below)) keys.push_back(key);
  return keys;
}

void RemoteCollection::send_lines(const std::string& lines) const {
  if (lines.empty()) return;
  const json answer = server_.ask("POST", "_bulk", lines).json;
  for (const json& item : server_.list(answer, "/items")) {
    const json& done = item.is_object() && !item.empty() ? item.begin().value() : item;
    if (!done.is_object() || !done.contains("error")) continue;
    const json::json_pointer reason("/error/reason");
    throw Error({.file = server_.address(),
                 .thing = "a passage",
                 .found = done.contains(reason) ? shown(done.at(reason)) : shown(done["error"]),
                 .expected = "a server that stores it"});
  }
}

/// A document counts as written when its first passage has the fingerprint, which is sent after everything else: the
/// next run writes a document again if this one is killed before.
void RemoteCollection::write(std::span<const NewDocument> documents, std::span<const float> rows, IndexReport& report) {
  std::string lines, last;
  const auto add_line = [](std::string& to, const json& action, const std::string& object) {
    to += line_of(action) + "\n" + object + "\n";
  };
  std::size_t row = 0;
  std::vector<const NewDocument*> replaced;
  for (const NewDocument& made : documents) {
    const std::string& key = made.document.key;
    const bool exists = known().contains(key);
    ++(exists ? report.changed : report.added);
    for (std::size_t i = 0; i < made.passages.size(); ++i, ++row) {
      json object = passage_json(made.document, made.passages[i], i);
      if (i == 0) object["fingerprint"] = "";
      std::string text = line_of(object);
      if (!rows.empty()) add_embedding(text, rows.subspan(row * info_.dimensions, info_.dimensions));
      add_line(lines, {{"index", {{"_id", passage_id(key, i)}}}}, text);
      if (lines.size() < most_bulk_bytes) continue;
      send_lines(lines);
      lines.clear();
    }
    add_line(last, {{"update", {{"_id", passage_id(key, 0)}}}},
             line_of({{"doc", {{"fingerprint", std::to_string(made.fingerprint)}}}}));
    if (exists) replaced.push_back(&made);
  }
  send_lines(lines);
  for (const NewDocument* made : replaced) remove_passages(made->document.key, made->passages.size());
  send_lines(last);
  for (const NewDocument& made : documents) (*known_)[made.document.key] = {made.fingerprint, made.document.source};
}

/// Removes the passages of a document from a number on: those of its former, longer text.
void RemoteCollection::remove_passages(const std::string& key, std::size_t from) const {
  server_.post(
      "_delete_by_query?conflicts=proceed",
      {{"query",
        {{"bool",
          {{"filter", json::array({{{"term", {{"key", key}}}}, {{"range", {{"number", {{"gte", from}}}}}}})}}}}}});
}

void RemoteCollection::remove(std::span<const std::string> keys) {
  if (keys.empty()) return;
  server_.post("_delete_by_query?conflicts=proceed&refresh=true",
               {{"query", {{"terms", {{"key", std::vector<std::string>(keys.begin(), keys.end())}}}}}});
  if (known_)
    for (const std::string& key : keys) known_->erase(key);
}

void RemoteCollection::finish() {
  server_.ask("POST", "_refresh");
  count();
}

}  // namespace limn
