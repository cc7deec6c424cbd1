#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/server/cache.h"
#include "apps/server/http.h"
#include "apps/server/metrics.h"
#include "apps/server/models.h"
#include "apps/server/requests.h"
#include "apps/server/scheduler.h"
#include "apps/server/serial.h"

namespace limn::server {

/// Answers requests: routes, API keys, the cache and the queue.
class Service {
 public:
  struct Options {
    Limits limits;
    Scheduler::Options scheduler;
    std::size_t cache_bytes = std::size_t{32} << 20;
    std::chrono::milliseconds time{60'000};  ///< time limit of a request
    std::vector<std::string> api_keys;       ///< empty: no key is needed
    std::vector<std::string> origins;        ///< of other sites' pages that may send requests; "*": any
    std::vector<std::string> hosts;          ///< allowed host names; empty: any
  };
  /// @param models must outlive this.
  Service(Options options, Models& models);

  /// Answers immediately or hands the request to another thread; never blocks, because the listener's thread calls it.
  void handle(const std::shared_ptr<Exchange>& exchange);
  /// Adds the security, caching and CORS headers to a response.
  void decorate(const HttpRequest& request, HttpResponse& response) const;
  /// From now on, /readyz answers 503.
  void stop() { stopping_ = true; }
  /// Called after the models have been replaced: clears the cache.
  void reloaded();

  /// Returns the route that a path belongs to, or "other".
  std::string route_of(const std::string& path) const;
  Metrics& metrics() { return metrics_; }

 private:
  struct Route;
  static const std::vector<Route>& routes();
  static const Route* find_route(const std::string& path);
  HttpResponse answer(const Route& route, const HttpRequest& request) const;
  void begin_work(const std::shared_ptr<Exchange>& exchange, ReadRequest& read);
  void submit(const std::shared_ptr<Exchange>& exchange, Request request);
  bool has_key(const HttpRequest& request) const;
  bool has_allowed_host(const HttpRequest& request) const;
  HttpResponse temporary_item(const HttpRequest& request) const;
  std::string metrics_text() const;
  std::string models_text() const;

  const Options options_;
  Models& models_;
  Metrics metrics_;
  Cache cache_;
  std::string openapi_;
  std::string docs_;  // the page at /docs
  std::atomic<bool> stopping_ = false;
  Scheduler scheduler_;  // destroyed before the members above, which its workers use
  Serial reader_;        // destroyed first; parses requests, which may take a while, and submits them
};

}  // namespace limn::server
