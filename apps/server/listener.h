#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "apps/server/http.h"

namespace limn::server {

/// A request that has been answered, or whose client has disconnected.
struct Finished {
  const HttpRequest& request;
  int status = 0;
  std::size_t bytes = 0;  ///< of the answer's body
  double seconds = 0;     ///< from the end of the request to the end of the answer
};

/// HTTP/1.1 on one thread, which only moves bytes: a thousand idle or slow connections cost almost nothing.
class Listener {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    unsigned short port = 8080;  ///< 0: any free port
    std::size_t largest_body = std::size_t{1} << 20;
    std::size_t connections = 4096;          ///< beyond this, the longest idle connection is closed
    std::chrono::milliseconds idle{60'000};  ///< time limit for the head of the next request
    std::chrono::milliseconds read{30'000};  ///< time limit for its body, and for writing the answer
    std::chrono::milliseconds drain{500};    ///< after stop(): how long open connections may send another request
    /// Adds headers to every answer, including the listener's own refusals.
    std::function<void(const HttpRequest&, HttpResponse&)> decorate;
    std::function<void(const Finished&)> finished;
    std::function<void(std::size_t)> connected;         ///< gets the number of open connections
    std::function<void(const std::string&)> exception;  ///< gets the message of an internal error
  };
  /// @throws Error if it cannot listen at this address.
  Listener(Options options, Handler handler);
  ~Listener();

  unsigned short port() const;
  /// Serves until stop() has been called and every request that was read has been answered.
  void run();
  /// Stops accepting connections. Thread-safe.
  void stop();

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace limn::server
