#include "apps/server/server.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "limn/limn.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_logged_path = 512;

std::string line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Raises the limit on open files to the hard limit: each connection is an open file, and the usual soft limit is
/// 1,024. @return the new limit.
std::size_t allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<std::size_t>(limit.rlim_cur) : 1024;
}

}  // namespace

Server::Server(Options options)
    : log_(std::move(options.log)),
      models_(std::move(options.models)),
      service_(std::move(options.service), models_),
      listener_(
          [&] {
            Listener::Options listener = options.listener;
            listener.decorate = [this](const HttpRequest& request, HttpResponse& response) {
              service_.decorate(request, response);
            };
            listener.connected = [this](std::size_t count) { service_.metrics().connections = count; };
            listener.exception = [this](const std::string& what) { log_event("internal error", what); };
            listener.finished = [this](const Finished& finished) {
              const HttpRequest& request = finished.request;
              service_.metrics().answered(service_.route_of(request.path), finished.status, finished.seconds);
              log_.add(line({{"time", now_text()},
                             {"client", request.client},
                             {"method", request.method},
                             {"path", request.path.substr(0, longest_logged_path)},
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

void Server::run() {
  listener_.run();
  log_event("stopped");
  log_.flush();
}

void Server::stop() {
  log_event("stopping");
  service_.stop();
  listener_.stop();
}

void Server::reload() {
  if (reloader_.waiting() > 0) return;  // a pending reload has not started yet and will read the current files
  reloader_.post([this] {
    try {
      models_.reload();
      service_.reloaded();
      log_event("reloaded");
    } catch (const std::exception& error) {
      log_event("reload failed", error.what());
    }
  });
}

void Server::log_event(const std::string& event, const std::string& detail) {
  Json value = {{"time", now_text()}, {"event", event}};
  if (!detail.empty()) value["detail"] = detail;
  log_.add(line(value));
}

void serve_until_signalled(Server::Options options, std::size_t threads) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // inherited by all threads started later
  ::signal(SIGPIPE, SIG_IGN);
  // Keep some files for model reloads and the log.
  const std::size_t files = allow_many_files(), others = 64;
  auto& connections = options.listener.connections;
  connections = std::min(connections, files > 2 * others ? files - others : others);
  set_threads(threads);
  Server server(std::move(options));
  std::atomic<bool> finished = false;
  std::thread waiter([&] {
    for (bool stopping = false; !finished;) {
      const timespec patience{.tv_sec = 0, .tv_nsec = 100'000'000};
      const int signal = ::sigtimedwait(&signals, nullptr, &patience);
      if (signal == SIGHUP) server.reload();
      if (signal != SIGTERM && signal != SIGINT) continue;
      if (stopping) ::_exit(128 + signal);  // a second signal ends the process immediately
      stopping = true;
      server.stop();
    }
  });
  server.run();
  finished = true;
  waiter.join();
}

}  // namespace limn::server
