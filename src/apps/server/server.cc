#include "apps/server/server.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>

#include "limn/limn.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

/// "2026-01-31T12:34:56.789Z".
std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     milliseconds);
}

std::string line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Each connection is an open file, and the usual soft limit is 1,024.
void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Server::Server(Options options)
    : log_(std::move(options.log)),
      models_(std::move(options.models)),
      service_(std::move(options.service), models_),
      listener_(
          [&] {
            Listener::Options listener = options.listener;
            listener.connected = [this](std::size_t count) { service_.metrics().connections = count; };
            listener.finished = [this](const Finished& finished) {
              const HttpRequest& request = finished.request;
              service_.metrics().answered(service_.route_of(request.path), finished.status, finished.seconds);
              log(line({{"time", now_text()},
                        {"client", request.client},
                        {"method", request.method},
                        {"path", request.path},
                        {"status", finished.status},
                        {"bytes", finished.bytes},
                        {"seconds", finished.seconds}}));
            };
            return listener;
          }(),
          [this](const std::shared_ptr<Exchange>& exchange) { service_.handle(exchange); }) {
  const std::string& host = options.listener.host;
  log_event("listening",
            fmt::format("http://{}:{}/", host.find(':') == std::string::npos ? host : "[" + host + "]", port()));
}

Server::~Server() {
  if (reloading_.joinable()) reloading_.join();
}

void Server::run() {
  listener_.run();
  log_event("stopped");
}

void Server::stop() {
  log_event("stopping");
  service_.stop();
  listener_.stop();
}

void Server::reload() {
  const std::lock_guard lock(reload_mutex_);
  if (reloading_.joinable()) reloading_.join();
  reloading_ = std::thread([this] {
    try {
      models_.reload();
      service_.reloaded();
      log_event("reloaded");
    } catch (const std::exception& error) {
      log_event("reload failed", error.what());
    }
  });
}

void Server::log(const std::string& line) {
  const std::lock_guard lock(log_mutex_);
  if (log_) log_(line);
}

void Server::log_event(const std::string& event, const std::string& detail) {
  Json value = {{"time", now_text()}, {"event", event}};
  if (!detail.empty()) value["detail"] = detail;
  log(line(value));
}

void serve_until_signalled(Server::Options options, std::size_t threads) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // for all threads to come
  ::signal(SIGPIPE, SIG_IGN);
  allow_many_files();
  set_threads(threads);
  Server server(std::move(options));
  std::atomic<bool> finished = false;
  std::thread waiter([&] {
    for (bool stopping = false; !finished;) {
      const timespec patience{.tv_sec = 0, .tv_nsec = 100'000'000};
      const int signal = ::sigtimedwait(&signals, nullptr, &patience);
      if (signal == SIGHUP) server.reload();
      if (signal != SIGTERM && signal != SIGINT) continue;
      if (stopping) ::_exit(128 + signal);  // whoever asks twice will not wait
      stopping = true;
      server.stop();
    }
  });
  server.run();
  finished = true;
  waiter.join();
}

}  // namespace limn::server
