#include "apps/server/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/server/assets.h"
#include "apps/server/documentation.h"
#include "apps/server/openapi.h"
#include "apps/server/table_json.h"
#include "base/json.h"
#include "render/json.h"
#include "render/json_parts.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto between_events = std::chrono::milliseconds(50);

/// Compares in a time that does not depend on where the texts differ.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]);
  return difference == 0;
}

bool accepts_events(const HttpRequest& request) {
  const double events = quality(request.accept, "text/event-stream", 0);
  return events > 0 && events >= quality(request.accept, "application/json", 0);
}

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  constexpr std::string_view ending = "+json";
  return equal_ignoring_case(type, "application/json") ||
         (type.size() > ending.size() && equal_ignoring_case(type.substr(type.size() - ending.size()), ending));
}

/// Returns a tag that changes whenever the file does (RFC 9110, section 8.8.3).
std::string entity_tag(std::string_view bytes) {
  return fmt::format("\"{:x}-{:x}\"", bytes.size(), std::hash<std::string_view>()(bytes));
}

/// Returns "name" for "name:port".
std::string_view host_name(std::string_view host) {
  const auto bracket = host.rfind(']'), colon = host.rfind(':');
  return colon != host.npos && (bracket == host.npos || colon > bracket) ? host.substr(0, colon) : host;
}

/// Formats a server-sent event. @param json on one line: a line feed would break the event.
std::string event(std::string_view name, std::string_view json) {
  return fmt::format("event: {}\ndata: {}\n\n", name, json);
}

/// Collects the answers to a request's inputs as the workers finish them.
class Collector {
 public:
  using Join = std::function<std::string(const std::vector<Body>&)>;

  Collector(std::shared_ptr<Exchange> exchange, std::size_t count, bool many, bool stream, Join join)
      : exchange_(std::move(exchange)),
        answers_(count),
        left_(count),
        many_(many),
        stream_(stream),
        join_(std::move(join)) {}

  /// @pre the response has a body.
  void set(std::size_t i, HttpResponse response) {
    const std::lock_guard lock(mutex_);
    if (answers_[i].body) return;
    answers_[i] = std::move(response);
    if (--left_ == 0)
      finish();
    else if (stream_)
      exchange_->push(event("progress", progress_text(answers_.size() - left_, answers_.size())), false);
  }

  /// Sends the progress of a request with a single input.
  void progress(std::size_t done, std::size_t total) {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (answers_.size() != 1 || now - last_event_ < between_events) return;
    last_event_ = now;
    exchange_->push(event("progress", progress_text(done, total, std::exchange(words_, ""))), false);
  }

  /// The next event of a request with a single input contains the scores so far. @param words as JSON
  void partial(std::string words) {
    const std::lock_guard lock(mutex_);
    words_ = std::move(words);
  }

 private:
  static std::string progress_text(std::size_t done, std::size_t total, const std::string& words = {}) {
    return fmt::format("{{\"done\":{},\"total\":{}{}{}}}", done, total, words.empty() ? "" : ",\"words\":", words);
  }

  /// Sends the answer: for a single input its own, for several a list in which failed inputs have an error.
  void finish() {
    HttpResponse response;
    if (join_) {
      response = joined();
    } else if (many_) {
      std::string list = "{\"results\":[";
      std::size_t bytes = list.size() + 2;
      for (const auto& answer : answers_) bytes += answer.body->size() + std::size(",{\"error\":}");
      list.reserve(bytes);
      for (const auto& answer : answers_) {
        if (&answer != &answers_.front()) list += ',';
        const bool failed = answer.status != 200;
        list.append(failed ? "{\"error\":" : "").append(*answer.body).append(failed ? "}" : "");
      }
      list += "]}";
      response.body = make_body(std::move(list));
    } else {
      response = std::move(answers_.front());
    }
    if (stream_) {
      exchange_->outcome = response.status;
      exchange_->push(event(response.status == 200 ? "result" : "problem", *response.body), true);
    } else {
      exchange_->respond(std::move(response));
    }
  }

  HttpResponse joined() {
    const auto failed = std::ranges::find_if(answers_, [](const HttpResponse& answer) { return answer.status != 200; });
    if (failed != answers_.end()) return std::move(*failed);
    std::vector<Body> bodies;
    for (const HttpResponse& answer : answers_) bodies.push_back(answer.body);
    return {.body = make_body(join_(bodies))};
  }

  std::mutex mutex_;
  const std::shared_ptr<Exchange> exchange_;
  std::vector<HttpResponse> answers_;
  std::size_t left_;
  const bool many_, stream_;
  const Join join_;
  Clock::time_point last_event_{};
  std::string words_;  // of the next event, as JSON
};

}  // namespace

// ---- routes -----------------------------------------------------------------------------------------------

struct Service::Route {
  std::string path;
  std::string method;  ///< POST, or GET, which includes HEAD
  bool needs_key = false;
  ReadRequest* read = nullptr;   ///< work for a model
  const Asset* asset = nullptr;  ///< a file of the page
  Body body = nullptr;           ///< its bytes
  std::string tag = {};          ///< its entity tag
  bool is_item = false;          ///< the path continues with a name; DELETE is allowed, too

  bool has(const std::string& given) const {
    return is_item ? given.size() > item_prefix.size() && given.starts_with(item_prefix) : given == path;
  }
  std::string methods() const { return method == "POST" ? "POST" : is_item ? "GET, HEAD, DELETE" : "GET, HEAD"; }
  bool allows(const std::string& given) const {
    return given == method || (method == "GET" && given == "HEAD") || (is_item && given == "DELETE");
  }
  static constexpr std::string_view item_prefix = "/v1/collections/";
};

const std::vector<Service::Route>& Service::routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> list = {{"/v1/explain", "POST", true, &read_explain},
                               {"/v1/predict", "POST", true, &read_predict},
                               {"/v1/compare", "POST", true, &read_compare},
                               {"/v1/tokenize", "POST", true, &read_tokenize},
                               {"/v1/attack", "POST", true, &read_attack},
                               {"/v1/attention", "POST", true, &read_attention},
                               {"/v1/evaluate", "POST", true, &read_evaluate},
                               {"/v1/embed", "POST", true, &read_embed},
                               {"/v1/embeddings", "POST", true, &read_embeddings},
                               {"/v1/similar", "POST", true, &read_similar},
                               {"/v1/rerank", "POST", true, &read_rerank},
                               {"/v1/search", "POST", true, &read_search},
                               {"/v1/ask", "POST", true, &read_ask},
                               {"/v1/collections", "POST", true, &read_upload},
                               {"/v1/collections/{name}", "GET", true, nullptr, nullptr, nullptr, "", true},
                               {"/v1/models", "GET", true},
                               {"/metrics", "GET", true},
                               {"/healthz", "GET"},
                               {"/readyz", "GET"},
                               {"/openapi.json", "GET"},
                               {"/docs", "GET"}};
    for (const Asset& asset : assets())
      list.push_back({std::string(asset.path), "GET", false, nullptr, &asset, make_body(std::string(asset.bytes)),
                      entity_tag(asset.bytes)});
    return list;
  }();
  return all;
}

const Service::Route* Service::find_route(const std::string& path) {
  const auto found = std::ranges::find_if(routes(), [&](const Route& route) { return route.has(path); });
  return found == routes().end() ? nullptr : &*found;
}

std::string Service::route_of(const std::string& path) const {
  const Route* route = find_route(path);
  return route ? route->path : "other";
}

Service::Service(Options options, Models& models)
    : options_(std::move(options)),
      models_(models),
      cache_(options_.cache_bytes),
      openapi_(openapi(options_.limits, !options_.api_keys.empty())),
      docs_(documentation_page(
          openapi_, static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(options_.time).count()))),
      scheduler_(options_.scheduler, cache_, metrics_) {}

void Service::reloaded() {
  cache_.clear();
  ++metrics_.reloads;
}

bool Service::has_key(const HttpRequest& request) const {
  constexpr std::string_view bearer = "Bearer ";
  const bool is_bearer = equal_ignoring_case(std::string_view(request.authorization).substr(0, bearer.size()), bearer);
  const std::string given = is_bearer ? request.authorization.substr(bearer.size()) : request.api_key;
  bool found = options_.api_keys.empty();
  for (const auto& key : options_.api_keys) found = equal_in_constant_time(given, key) || found;
  return found;
}

bool Service::has_allowed_host(const HttpRequest& request) const {
  const auto is_meant = [&](const std::string& name) { return equal_ignoring_case(name, host_name(request.host)); };
  return options_.hosts.empty() || request.host.empty() || std::ranges::any_of(options_.hosts, is_meant);
}

void Service::decorate(const HttpRequest& request, HttpResponse& response) const {
  auto& headers = response.headers;
  headers.emplace_back("Content-Security-Policy", content_policy());
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("X-Frame-Options", "DENY");
  headers.emplace_back("Referrer-Policy", "no-referrer");
  const Route* route = find_route(request.path);
  headers.emplace_back("Cache-Control", route && route->asset ? "no-cache" : "no-store");
  if (options_.origins.empty()) return;
  headers.emplace_back("Vary", "Origin");
  const bool any = std::ranges::find(options_.origins, "*") != options_.origins.end();
  if (request.origin.empty()) return;
  if (!any && std::ranges::find(options_.origins, request.origin) == options_.origins.end()) return;
  headers.emplace_back("Access-Control-Allow-Origin", any ? "*" : request.origin);
  headers.emplace_back("Access-Control-Expose-Headers", "Retry-After, Cache-Status");
}

void Service::handle(const std::shared_ptr<Exchange>& exchange) {
  const HttpRequest& request = exchange->request;
  if (!has_allowed_host(request)) {
    return exchange->respond(problem(421, Error({.thing = "Host",
                                                 .found = shown_name(request.host),
                                                 .expected = fmt::format("{}", fmt::join(options_.hosts, ", ")),
                                                 .hint = "the server's option --allowed-host allows more names"})));
  }
  const Route* route = find_route(request.path);
  if (!route)
    return exchange->respond(
        problem(404, "there is nothing at this path; /docs describes all paths, and /openapi.json for machines"));
  const std::string methods = route->methods();
  if (request.method == "OPTIONS") {
    HttpResponse response{
        .status = 204, .content_type = "", .body = nullptr, .headers = {{"Allow", methods + ", OPTIONS"}}};
    if (!options_.origins.empty()) {
      response.headers.emplace_back("Access-Control-Allow-Methods", methods);
      response.headers.emplace_back("Access-Control-Allow-Headers", "Content-Type, Authorization, X-Api-Key");
      response.headers.emplace_back("Access-Control-Max-Age", "600");
    }
    return exchange->respond(std::move(response));
  }
  if (!route->allows(request.method)) {
    HttpResponse response = problem(405, fmt::format("{} needs the method {}", route->path, route->methods()));
    response.headers.emplace_back("Allow", methods + ", OPTIONS");
    return exchange->respond(std::move(response));
  }
  if (route->needs_key && !has_key(request)) {
    HttpResponse response =
        problem(401, "this server needs an API key: send 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return exchange->respond(std::move(response));
  }
  if (route->read) return reader_.post([this, exchange, read = route->read] { begin_work(exchange, *read); });
  exchange->respond(answer(*route, request));
}

HttpResponse Service::answer(const Route& route, const HttpRequest& request) const {
  if (route.asset) {
    const bool is_known = request.if_none_match.find(route.tag) != std::string::npos;
    return {.status = is_known ? 304 : 200,
            .content_type = std::string(route.asset->content_type),
            .body = is_known ? nullptr : route.body,
            .headers = {{"ETag", route.tag}}};
  }
  if (route.is_item) return temporary_item(request);
  if (route.path == "/v1/models") return {.body = make_body(models_text())};
  if (route.path == "/openapi.json") return {.body = make_body(openapi_)};
  if (route.path == "/docs") return {.content_type = "text/html; charset=utf-8", .body = make_body(docs_)};
  if (route.path == "/metrics")
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = make_body(metrics_text())};
  if (route.path == "/readyz" && stopping_) return problem(503, "the server is stopping");
  return {.body = make_body("{\"status\":\"ok\"}")};
}

HttpResponse Service::temporary_item(const HttpRequest& request) const {
  const std::string name = request.path.substr(Route::item_prefix.size());
  TemporaryCollections& all = *models_.current()->temporary;
  if (request.method == "DELETE") {
    if (all.remove(name)) return {.status = 204, .content_type = "", .body = nullptr};
  } else if (const auto found = all.find(name)) {
    return {.body = make_body(json_text(temporary_json(*found, all)))};
  }
  return problem(404, MissingCollection());
}

std::string Service::models_text() const {
  const auto models = models_.current();
  Json list = Json::array();
  for (const auto& served : models->models) list.push_back(json_value(served.model.info()));
  Json collections = Json::array();
  for (const auto& served : models->collections) collections.push_back(collection_json(*served));
  Json preset_tasks = Json::object();
  for (const auto& preset : presets())
    for (const Task task : preset.tasks) preset_tasks[std::string(preset.name)].push_back(name(task));
  const Limits& limits = options_.limits;
  const Json most = {{"tokens", limits.tokens},
                     {"steps", limits.steps},
                     {"samples", limits.samples},
                     {"inputs", limits.inputs},
                     {"uploads", models->temporary->options().most},
                     {"upload_files", limits.upload_files},
                     {"upload_bytes", limits.upload_bytes},
                     {"upload_passages", limits.upload_passages},
                     {"seconds", std::chrono::duration_cast<std::chrono::seconds>(options_.time).count()}};
  return json_text({{"limn", format_version},
                    {"version", LIMN_VERSION},
                    {"models", std::move(list)},
                    {"collections", std::move(collections)},
                    {"methods", methods_json()},
                    {"presets", names_of(presets())},
                    {"preset_tasks", std::move(preset_tasks)},
                    {"options", options_json()},
                    {"limits", most}});
}

std::string Service::metrics_text() const {
  const auto cached = cache_.figures();
  return metrics_.text({.waiting_short = scheduler_.waiting(Lane::short_work),
                        .waiting_long = scheduler_.waiting(Lane::long_work),
                        .running = scheduler_.running(),
                        .queue_limit = options_.scheduler.queue,
                        .cache_entries = cached.entries,
                        .cache_bytes = cached.bytes,
                        .models = models_.current()->models.size(),
                        .uploads = models_.current()->temporary->count()});
}

// ---- work for a model -------------------------------------------------------------------------------------

/// Runs on the reader's thread; exceptions become responses.
void Service::begin_work(const std::shared_ptr<Exchange>& exchange, ReadRequest& read) {
  if (exchange->gone) return exchange->respond(problem(499, "the client closed the connection"));
  const std::string type = exchange->request.content_type;
  if (!is_json(type)) {
    return exchange->respond(problem(415, Error({.thing = "Content-Type",
                                                 .found = type.empty() ? "none" : shown_name(type),
                                                 .expected = "application/json"})));
  }
  if (const std::string& encoding = exchange->request.content_encoding;
      !encoding.empty() && !equal_ignoring_case(encoding, "identity")) {
    return exchange->respond(problem(415, Error({.thing = "Content-Encoding",
                                                 .found = shown_name(encoding),
                                                 .expected = "a body that is not compressed"})));
  }
  int status = 400;
  try {
    const nlohmann::json body = parse_json(std::exchange(exchange->request.body, {}), "the request");
    status = 422;
    submit(exchange, read(body, models_.current(), options_.limits));
  } catch (const MissingCollection& error) {
    exchange->respond(problem(404, error));
  } catch (const Refusal& error) {
    HttpResponse refused = problem(error.status, error);
    if (error.status == 503) refused.headers.emplace_back("Retry-After", "60");
    exchange->respond(std::move(refused));
  } catch (const Error& error) {
    exchange->respond(problem(status, error));
  } catch (const std::bad_alloc&) {
    exchange->respond(problem(503, "out of memory; shorter or fewer inputs need less"));
  } catch (const std::exception& error) {
    exchange->respond(problem(500, fmt::format("internal error: {}", error.what())));
  }
}

void Service::submit(const std::shared_ptr<Exchange>& exchange, Request request) {
  const bool stream = request.streams && accepts_events(exchange->request);
  const auto deadline = Clock::now() + options_.time;
  const Lane lane = request.work.front().kind->lane;
  const std::size_t count = request.work.size();
  const auto collector = std::make_shared<Collector>(exchange, count, request.many, stream, std::move(request.join));
  std::vector<Job> jobs;
  std::vector<std::pair<std::size_t, Body>> known;
  for (std::size_t i = 0; i < count; ++i) {
    if (Body body = cache_.find(request.work[i].key)) {
      known.emplace_back(i, std::move(body));
      continue;
    }
    Progress progress;
    Partial partial;
    if (stream && count == 1)
      partial = [collector, input = request.work[i].input](const std::vector<Word>& words) {
        collector->partial(json_text(words_json(words, input)));
      };
    if (stream) progress = [collector](std::size_t done, std::size_t total) { collector->progress(done, total); };
    jobs.push_back({.work = std::move(request.work[i]),
                    .exchange = exchange,
                    .deadline = deadline,
                    .progress = std::move(progress),
                    .partial = std::move(partial),
                    .done = [collector, i](HttpResponse response) { collector->set(i, std::move(response)); }});
  }
  // The head of a stream must be sent before its events.
  const auto begin = [&] {
    if (stream) exchange->respond({.content_type = "text/event-stream", .body = nullptr, .stream = true});
  };
  if (!scheduler_.submit(jobs, begin)) {
    ++metrics_.refused;
    HttpResponse busy = problem(503, "too many requests are waiting");
    busy.headers.emplace_back("Retry-After", fmt::to_string(scheduler_.retry_after(lane)));
    return exchange->respond(std::move(busy));
  }
  metrics_.cache_hits += known.size();
  for (auto& [i, body] : known)
    collector->set(i, {.body = std::move(body), .headers = {{"Cache-Status", "limn; hit"}}});
}

}  // namespace limn::server
