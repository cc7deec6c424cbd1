#include "apps/server/listener.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "apps/server/connection.h"

namespace limn::server {

namespace asio = boost::asio;
using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

void Listener::State::open() {
  ErrorCode error;
  const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error)
    throw Error({.field = "host",
                 .found = "'" + options.host + "'",
                 .expected = "an IP address, such as 127.0.0.1, 0.0.0.0 or ::1"});
  const tcp::endpoint endpoint(address, options.port);
  const auto step = [&](ErrorCode failed) {
    if (!failed) return;
    throw Error({.field = "port",
                 .thing = fmt::to_string(options.port),
                 .found = failed.message(),
                 .expected = "a free port that this user may open on " + options.host,
                 .hint = "port 0 chooses any free port"});
  };
  step(acceptor.open(endpoint.protocol(), error));
  step(acceptor.set_option(tcp::acceptor::reuse_address(true), error));
  step(acceptor.bind(endpoint, error));
  step(acceptor.listen(asio::socket_base::max_listen_connections, error));
  port = acceptor.local_endpoint().port();
}

void Listener::State::accept() {
  if (stopping || accepting) return;
  accepting = true;
  crowded = false;
  if (connections.size() >= options.connections) {
    acceptor.async_wait(tcp::acceptor::wait_read, [this](ErrorCode error) {
      accepting = false;
      if (error) return;
      if (connections.size() < options.connections) return accept();
      if (!close_longest_waiting()) crowded = true;
    });
    return;
  }
  acceptor.async_accept([this](ErrorCode error, tcp::socket socket) {
    accepting = false;
    if (error == asio::error::operation_aborted) return;
    if (error) return accept_later();
    const auto address = socket.remote_endpoint(error);
    if (!error && make_room_for(address.address().to_string()))
      std::make_shared<Connection>(*this, std::move(socket))->read();
    accept();
  });
}

/// Retries after a failure, for example if the system has run out of file descriptors.
void Listener::State::accept_later() {
  if (stopping) return;
  retry.expires_after(std::chrono::milliseconds(100));
  retry.async_wait([this](ErrorCode cancelled) {
    if (!cancelled) accept();
  });
}

/// Closes the connection that has waited longest for its client: for the next request if there is one, otherwise for
/// the rest of a body. When it ends, it accepts the next one itself. @param client only connections of this address.
/// @return whether there was one.
bool Listener::State::close_longest_waiting(const std::string* client) {
  Connection* longest = nullptr;
  const auto rank = [](const Connection& one) { return std::pair(one.is_reading_body(), *one.waiting_since()); };
  for (Connection* one : connections)
    if (one->waiting_since() && (!client || one->client() == *client) && (!longest || rank(*one) < rank(*longest)))
      longest = one;
  if (longest) longest->close_if_waiting();
  return longest != nullptr;
}

/// Leaves a quarter of the connections to other addresses. @return false if the address has too many connections, and
/// limn is working on all of them.
bool Listener::State::make_room_for(const std::string& client) {
  const auto found = connections_of.find(client);
  const std::size_t most = options.connections - options.connections / 4;
  return found == connections_of.end() || found->second < most || close_longest_waiting(&client);
}

void Listener::State::stop() {
  if (stopping) return;
  stopping = true;
  retry.cancel();
  // Clients that the system has already accepted are served.
  ErrorCode error;
  acceptor.non_blocking(true, error);
  while (!error) {
    tcp::socket socket(context);
    acceptor.accept(socket, error);
    if (!error) std::make_shared<Connection>(*this, std::move(socket))->read();
  }
  acceptor.close(error);
  // A request that is already on its way on an open connection is still answered.
  drain.expires_after(options.drain);
  drain.async_wait([this](ErrorCode) {
    for (Connection* connection : connections) connection->close_if_idle();
  });
}

Listener::Listener(Options options, Handler handler) : state_(std::make_shared<State>()) {
  state_->options = std::move(options);
  state_->handler = std::move(handler);
  state_->open();
}

Listener::~Listener() { state_->stopping = true; }

unsigned short Listener::port() const { return state_->port; }

void Listener::run() {
  state_->accept();
  while (true) {
    try {
      state_->context.run();
      return;
    } catch (const std::exception& error) {  // its connection is closed; the others continue
      if (state_->options.exception) state_->options.exception(error.what());
    }
  }
}

void Listener::stop() {
  asio::post(
      state_->context, [state = state_.get()] { state->stop(); });
}

}  // namespace limn::server
