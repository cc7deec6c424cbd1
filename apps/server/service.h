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

/// From a request to an answer: routes, keys, the cache, the queue.
class Service {
 public:
  struct Options {
    Limits limits;
    Scheduler::Options scheduler;
    std::size_t cache_bytes = std::size_t{32} << 20;
    std::chrono::milliseconds time{60'000};  ///< that a request may take
    std::vector<std::string> api_keys;       ///< none: no key is needed
    std::vector<std::string> origins;        ///< of other sites' pages that may ask; "*": any
    std::vector<std::string> hosts;          ///< by which it may be called; none: any
  };
  /// @param models must outlive this.
  Service(Options options, Models& models);

  /// Answers at once, or hands the request on and returns: it is called by the thread that moves bytes.
  void handle(const std::shared_ptr<Exchange>& exchange);
  /// Adds to an answer what a browser may do with it.
  void decorate(const HttpRequest& request, HttpResponse& response) const;
  /// From now on, /readyz says that there will be no more answers.
  void stop() { stopping_ = true; }
  /// The models have been exchanged.
  void reloaded();

  /// The route that a path belongs to, or "other".
  std::string route_of(const std::string& path) const;
  Metrics& metrics() { return metrics_; }

 private:
  struct Route;
  static const std::vector<Route>& routes();
  HttpResponse answer(const Route& route, const HttpRequest& request) const;
  void begin_work(const std::shared_ptr<Exchange>& exchange, ReadRequest& read);
  void submit(const std::shared_ptr<Exchange>& exchange, Request request);
  bool has_key(const HttpRequest& request) const;
  bool has_allowed_host(const HttpRequest& request) const;
  std::string metrics_text() const;
  std::string models_text() const;

  const Options options_;
  Models& models_;
  Metrics metrics_;
  Cache cache_;
  std::string openapi_;
  std::atomic<bool> stopping_ = false;
  Scheduler scheduler_;  // goes before the rest, which its workers use
  Serial reader_;        // goes first: reads requests, which may take a while, and hands them to the scheduler
};

}  // namespace limn::server
