#pragma once

#include <string>
#include <vector>

#include "apps/server/listener.h"
#include "apps/server/log.h"
#include "apps/server/models.h"
#include "apps/server/serial.h"
#include "apps/server/service.h"

namespace limn::server {

/// limn over HTTP: a listener, a service, and the models behind it.
class Server {
 public:
  struct Options {
    std::vector<std::string> models;  ///< folders or names
    Listener::Options listener;
    Service::Options service;
    Log::Write log;  ///< gets JSON lines, on a thread of its own
  };
  /// Loads the models and begins to listen. @throws Error if it cannot.
  explicit Server(Options options);

  unsigned short port() const { return listener_.port(); }
  /// Serves until stop() has been called and every request that was read has been answered.
  void run();

  // From any thread:

  /// Accepts no more connections; what was asked is still answered.
  void stop();
  /// Loads the models anew, beside the requests, and exchanges them. If that fails, the log says why and all stays.
  void reload();

 private:
  void log_event(const std::string& event, const std::string& detail = {});

  Log log_;
  Models models_;
  Service service_;
  Listener listener_;
  Serial reloader_;
};

/// Runs a server until SIGTERM or SIGINT; a second one ends it at once; SIGHUP reloads the models. Call it before there
/// are other threads.
/// @param threads that models use; 0: as many as the machine has.
void serve_until_signalled(Server::Options options, std::size_t threads);

}  // namespace limn::server
