#include "apps/server/server.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "limn/limn.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

/// Returns a line of the log. A pipe takes a line of PIPE_BUF bytes at once or not at all; a longer one could block the
/// log or mix with other lines. Texts from outside are therefore cut, the longest ones first.
std::string line(Json value) {
  for (std::size_t longest = 512;; longest /= 2) {
    for (auto& [name, member] : value.items()) {
      if (!member.is_string()) continue;
      auto& text = member.get_ref<std::string&>();
      if (text.size() > longest) text = text.substr(0, longest) + "…";
    }
    std::string result = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (result.size() < PIPE_BUF) return result;
  }
}

/// Raises the limit on open files to the hard limit: each connection is an open file, and the usual soft limit is
/// 1,024. @return the new limit.
std::size_t allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<std::size_t>(limit.rlim_cur) : 1024;
}

/// Passes signals to the server, on its own thread: SIGHUP reloads, the first SIGTERM or SIGINT stops. The second one,
/// and the first one while there is no server (its models are still being loaded), ends the process immediately,
/// whatever its threads are waiting for.
class SignalWaiter {
 public:
  SignalWaiter() {
    sigemptyset(&signals_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);  // inherited by all threads started later
    thread_ = std::thread([this] { wait(); });
  }
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;
  ~SignalWaiter() {
    finished_ = true;
    thread_.join();
  }

  /// @param server receives the signals from now on; may be null.
  void notify(Server* server) {
    const std::lock_guard lock(mutex_);
    server_ = server;
    if (server_ && std::exchange(reload_later_, false)) server_->reload();
  }

 private:
  void wait() {
    for (bool stopping = false; !finished_;) {
      const timespec patience{.tv_sec = 0, .tv_nsec = 100'000'000};
      const int signal = ::sigtimedwait(&signals_, nullptr, &patience);
      if (signal < 0) continue;
      if (signal != SIGHUP) {
        if (stopping) ::_exit(128 + signal);
        stopping = true;
        end_on_next_signal();  // from here the handler runs on this thread, even while stop() waits for something
      }
      const std::lock_guard lock(mutex_);
      if (signal == SIGHUP) {
        reload_later_ = !server_;  // files may have changed after they were read
        if (server_) server_->reload();
      } else {
        if (!server_) ::_exit(128 + signal);
        server_->stop();
      }
    }
  }

  static void end_on_next_signal() {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGTERM, SIGINT}) {
      ::signal(signal, [](int received) { ::_exit(128 + received); });
      sigaddset(&ending, signal);
    }
    ::pthread_sigmask(SIG_UNBLOCK, &ending, nullptr);
  }

  sigset_t signals_{};
  std::mutex mutex_;
  Server* server_ = nullptr;
  bool reload_later_ = false;
  std::atomic<bool> finished_ = false;
  std::thread thread_;
};

}  // namespace

Server::Server(Options options)
    : log_(std::move(options.log)),
      models_(std::move(options.models), std::move(options.collections), options.temporary),
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
              const std::string route = service_.route_of(request.path);
              service_.metrics().answered(route, finished.status, finished.seconds);
              log_.add(line({{"time", now_text()},
                             {"client", request.client},
                             {"method", request.method},
                             // The name of a temporary collection opens it, so the log does not have it.
                             {"path", route.ends_with('}') ? route : request.path},
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
  ::signal(SIGPIPE, SIG_IGN);
  // Keep some files for model reloads and the log.
  const std::size_t files = allow_many_files(), others = 64;
  auto& connections = options.listener.connections;
  connections = std::min(connections, files > 2 * others ? files - others : others);
  SignalWaiter signals;  // before the other threads, which inherit its mask; ends after the server
  set_threads(threads);
  Server server(std::move(options));
  signals.notify(&server);
  server.run();
  signals.notify(nullptr);
}

}  // namespace limn::server
