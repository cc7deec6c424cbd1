#pragma once

#include <string>
#include <vector>

#include "apps/server/listener.h"
#include "apps/server/log.h"
#include "apps/server/models.h"
#include "apps/server/serial.h"
#include "apps/server/service.h"

namespace limn::server {

/// limn over HTTP: a listener, a service and its models.
class Server {
 public:
  struct Options {
    std::vector<std::string> models;       ///< folders or names
    std::vector<std::string> collections;  ///< files
    Listener::Options listener;
    Service::Options service;
    TemporaryCollections::Options temporary = {};
    Log::Write log;  ///< gets JSON lines, on a separate thread
  };
  /// Loads the models and starts to listen. @throws Error if either fails.
  explicit Server(Options options);

  unsigned short port() const { return listener_.port(); }
  /// Serves until stop() has been called and every request that was read has been answered.
  void run();

  // Thread-safe:

  /// Stops accepting connections; pending requests are still answered.
  void stop();
  /// Reloads the models in the background and then replaces them. If that fails, the error is logged and the old models
  /// stay.
  void reload();

 private:
  void log_event(const std::string& event, const std::string& detail = {});

  Log log_;
  Models models_;
  Service service_;
  Listener listener_;
  Serial reloader_;
};

/// Runs a server until SIGTERM or SIGINT; a second one ends it immediately; SIGHUP reloads the models. Must be called
/// before other threads are started.
/// @param threads that models use; 0: all processor threads.
void serve_until_signalled(Server::Options options, std::size_t threads);

}  // namespace limn::server
