#include "retrieve/search_server.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

using nlohmann::json;

constexpr std::size_t largest_answer = std::size_t{64} << 20;
constexpr int most_tries = 4;
constexpr std::chrono::milliseconds first_pause{250};

/// Names that both servers accept: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create
bool is_index_name(std::string_view name) {
  constexpr std::size_t longest = 255;
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '+';
  };
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, is_allowed) && name.front() != '_' &&
         name.front() != '-' && name.front() != '+' && name.front() != '.';
}

bool is_busy(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

/// What a server says of a failure: {"error": {"type": …, "reason": …}}, or {"error": "…"}.
std::string reason_in(const json& answer) {
  const auto error = answer.is_object() ? answer.find("error") : answer.end();
  if (!answer.is_object() || error == answer.end()) return {};
  if (!error->is_object()) return shown(*error);
  const auto part = [&](const char* name) {
    const auto found = error->find(name);
    return found == error->end() ? std::string() : shown(*found);
  };
  return part("type") + ": " + part("reason");
}

/// "8.11.1" as 811; 0 if it is no version.
int version_number(std::string_view text) {
  int major = 0, minor = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), major);
  if (read.ec != std::errc() || read.ptr == text.data() + text.size() || *read.ptr != '.') return 0;
  if (std::from_chars(read.ptr + 1, text.data() + text.size(), minor).ec != std::errc()) return 0;
  return major * 100 + std::clamp(minor, 0, 99);
}

}  // namespace

SearchServer::SearchServer(std::string address, HttpSend send) : address_(std::move(address)), send_(std::move(send)) {
  const auto refuse = [&](const std::string& found, const std::string& hint) {
    throw Error({.file = found.starts_with("a password") ? "the collection" : address_,
                 .found = found,
                 .expected = "an address as http://HOST:9200/INDEX",
                 .hint = hint});
  };
  const auto scheme = address_.find("://");
  if (scheme == address_.npos) refuse("no address", "");
  const auto host = scheme + 3;
  const auto path = address_.find('/', host);
  if (address_.find('@', host) < path)
    refuse("a password in the address, where others can read it",
           "set LIMN_COLLECTION_USER and LIMN_COLLECTION_PASSWORD, or LIMN_COLLECTION_API_KEY, instead");
  if (path == host || path == address_.npos) refuse(path == host ? "no host" : "no index", "");
  while (address_.ends_with('/')) address_.pop_back();
  const auto last = address_.rfind('/');
  if (last < path) refuse("no index", "");
  base_ = address_.substr(0, last);
  index_ = address_.substr(last + 1);
  if (!is_index_name(index_))
    refuse("an index named " + shown_name(index_), "names of indices have lower-case letters, digits, - and _");
}

SearchServer::Answer SearchServer::ask(const char* method, const std::string& path, const std::string& body,
                                       std::initializer_list<int> also) const {
  return send(method, address_ + (path.empty() ? "" : "/") + path, body, also);
}

json SearchServer::post(const std::string& path, const json& body) const {
  return ask("POST", path, body.dump(-1, ' ', false, json::error_handler_t::replace)).json;
}

SearchServer::Answer SearchServer::send(const char* method, const std::string& url, const std::string& body,
                                        std::initializer_list<int> also) const {
  const HttpCall call{.method = method,
                      .url = url,
                      .content_type = body.empty()                     ? ""
                                      : url.find("/_bulk") != url.npos ? "application/x-ndjson"
                                                                       : "application/json",
                      .body = body,
                      .largest_answer = largest_answer};
  HttpReply reply = send_(call);
  for (int tries = 1; is_busy(reply.status) && tries < most_tries; ++tries) {
    std::this_thread::sleep_for(first_pause * (1 << (tries - 1)));
    reply = send_(call);
  }
  if (reply.status == 0)
    throw Unavailable({.file = url,
                       .found = reply.failure.empty() ? "no answer" : reply.failure,
                       .expected = "an answer of Elasticsearch or OpenSearch",
                       .hint = "is it running, and can it be reached from here?"});
  if (reply.status == 401 || reply.status == 403)
    throw Unavailable(
        {.file = url,
         .found = "HTTP status " + std::to_string(reply.status),
         .expected = "a user or a key that may use the index",
         .hint = "LIMN_COLLECTION_API_KEY, or LIMN_COLLECTION_USER and LIMN_COLLECTION_PASSWORD, say who asks"});
  Answer answer{.status = reply.status, .json = {}};
  bool is_json = true;
  try {
    if (!reply.body.empty()) answer.json = parse_json(reply.body, url);
  } catch (const Error&) {
    is_json = false;
  }
  const bool is_good =
      reply.status == 200 || reply.status == 201 || std::ranges::find(also, reply.status) != also.end();
  if (is_good && is_json) return answer;
  if (reply.status == 404 && is_json)
    throw Unavailable({.file = url, .found = "no such index", .expected = "a collection that 'limn index' wrote"});
  const std::string reason = is_json ? reason_in(answer.json) : "";
  const Error::Parts parts = {
      .file = url,
      .found = is_good ? "an answer that is not JSON"
                       : "HTTP status " + std::to_string(reply.status) + (reason.empty() ? "" : ", " + reason),
      .expected = "an answer of Elasticsearch or OpenSearch",
      .hint = is_busy(reply.status) ? "tried " + std::to_string(most_tries) + " times" : ""};
  const bool is_refused = reply.status >= 400 && reply.status < 500 && !is_busy(reply.status);
  if (is_refused) throw Error(parts);
  throw Unavailable(parts);
}

SearchServer::Kind SearchServer::kind(int least_elasticsearch, int least_opensearch) const {
  const json answer = send("GET", base_ + "/", "", {}).json;
  const std::string version = text(answer, "/version/number");
  const auto distribution = answer["version"].find("distribution");
  const bool is_opensearch = distribution != answer["version"].end() && *distribution == "opensearch";
  const auto tagline = answer.find("tagline");
  const bool is_elasticsearch = tagline != answer.end() && *tagline == "You Know, for Search";
  if (!is_opensearch && !is_elasticsearch)
    throw Error({.file = base_ + "/", .found = "another server", .expected = "Elasticsearch or OpenSearch"});
  const int number = version_number(version), least = is_opensearch ? least_opensearch : least_elasticsearch;
  if (number < least)
    throw Error(
        {.file = base_ + "/",
         .found = std::string(is_opensearch ? "OpenSearch " : "Elasticsearch ") + shown(answer["version"]["number"]),
         .expected = "version " + std::to_string(least / 100) + "." + std::to_string(least % 100) +
                     " or later, which searches embeddings with a filter"});
  return is_opensearch ? Kind::opensearch : Kind::elasticsearch;
}

const json& SearchServer::member(const json& answer, const char* path, const char* expected,
                                 bool (json::*is)() const noexcept) const {
  const json::json_pointer pointer(path);
  const bool is_there = answer.contains(pointer);
  if (is_there && (answer.at(pointer).*is)()) return answer.at(pointer);
  throw Error({.file = address_,
               .field = path,
               .found = is_there ? shown(answer.at(pointer)) : "nothing",
               .expected = expected,
               .hint = "is this address one of Elasticsearch or OpenSearch?"});
}

const json& SearchServer::list(const json& answer, const char* path) const {
  return member(answer, path, "a list", &json::is_array);
}

std::string SearchServer::text(const json& answer, const char* path) const {
  return member(answer, path, "a text", &json::is_string).get<std::string>();
}

double SearchServer::number(const json& answer, const char* path) const {
  return member(answer, path, "a number", &json::is_number).get<double>();
}

}  // namespace limn
