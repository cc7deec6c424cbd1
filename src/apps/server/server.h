#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "apps/server/listener.h"
#include "apps/server/models.h"
#include "apps/server/service.h"

namespace limn::server {

/// limn over HTTP: a listener, a service, and the models behind it.
class Server {
 public:
  struct Options {
    std::vector<std::string> models;  ///< folders or names
    Listener::Options listener;
    Service::Options service;
    std::function<void(const std::string&)>
        log;  ///< gets JSON lines without their ends; from several threads, one at a time
  };
  /// Loads the models and begins to listen. @throws Error if it cannot.
  explicit Server(Options options);
  ~Server();

  unsigned short port() const { return listener_.port(); }
  /// Serves until stop() has been called and every request that was read has been answered.
  void run();

  // From any thread:

  /// Accepts no more connections; what was asked is still answered.
  void stop();
  /// Loads the models anew, beside the requests, and exchanges them. If that fails, the log says why and all stays.
  void reload();

 private:
  void log(const std::string& line);
  void log_event(const std::string& event, const std::string& detail = {});

  std::mutex log_mutex_, reload_mutex_;
  std::function<void(const std::string&)> log_;
  Models models_;
  Service service_;
  Listener listener_;
  std::thread reloading_;
};

/// Runs a server until SIGTERM or SIGINT; SIGHUP reloads the models. Call it before there are other threads.
/// @param threads that models use; 0: as many as the machine has.
void serve_until_signalled(Server::Options options, std::size_t threads);

}  // namespace limn::server
