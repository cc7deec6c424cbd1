#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "apps/server/http.h"

namespace limn::server {

/// A request that has been answered, or whose client has gone.
struct Finished {
  const HttpRequest& request;
  int status = 0;
  std::size_t bytes = 0;  ///< of the answer's body
  double seconds = 0;     ///< from the whole request to the whole answer
};

/// HTTP/1.1 on one thread: it only moves bytes, so that a thousand idle or slow connections cost it nothing.
class Listener {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    unsigned short port = 8080;  ///< 0: any that is free
    std::size_t largest_body = std::size_t{1} << 20;
    std::size_t connections = 4096;          ///< for one more, the connection that has been idle longest is closed
    std::chrono::milliseconds idle{60'000};  ///< for the head of the next request to be there
    std::chrono::milliseconds read{30'000};  ///< for its body; and for the client to take the answer
    std::chrono::milliseconds drain{500};    ///< on stop: how long a connection may still bring a request
    /// Adds to every answer, the listener's own refusals included.
    std::function<void(const HttpRequest&, HttpResponse&)> decorate;
    std::function<void(const Finished&)> finished;
    std::function<void(std::size_t)> connected;         ///< how many connections are open
    std::function<void(const std::string&)> exception;  ///< what went wrong in the server itself
  };
  /// @throws Error if it cannot listen there.
  Listener(Options options, Handler handler);
  ~Listener();

  unsigned short port() const;
  /// Serves until stop() has been called and every request that was read has been answered.
  void run();
  /// Accepts no more connections. From any thread.
  void stop();

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace limn::server
