#include "apps/server/listener.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <deque>
#include <optional>
#include <unordered_set>
#include <utility>

namespace limn::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t largest_head = 16 * 1024;
constexpr std::size_t waiting_parts = 64;  ///< of a stream; a client that is slower misses some progress

class Connection;

}  // namespace

struct Listener::State {
  Options options;
  Handler handler;
  std::unordered_set<Connection*> connections;  // what the context still holds when it goes takes itself out of here
  bool stopping = false;
  bool accepting = false;
  unsigned short port = 0;
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer timer{context};

  void open();
  void accept();
  void stop();
};

namespace {

template <class Field>
std::string header(const http::request<http::string_body>& request, Field name) {
  const auto value = request[name];
  return {value.data(), value.size()};
}

/// One client. All of it runs on the listener's thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Listener::State& state, tcp::socket socket) : state_(state), stream_(std::move(socket)) {
    ErrorCode ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    const auto address = stream_.socket().remote_endpoint(ignored);
    if (!ignored) client_ = address.address().to_string();
    state_.connections.insert(this);
    tell();
  }
  ~Connection() {
    state_.connections.erase(this);
    tell();
    state_.accept();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(largest_head);
    parser_->body_limit(state_.options.largest_body);
    idle_ = true;
    stream_.expires_after(state_.stopping ? state_.options.drain : state_.options.idle);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_head(error); });
  }

  /// Closes the connection if it has not brought the head of a request.
  void close_if_idle() {
    if (idle_) stream_.cancel();
  }

 private:
  void tell() const {
    if (state_.options.connected) state_.options.connected(state_.connections.size());
  }

  void on_head(ErrorCode error) {
    idle_ = false;
    if (error) return refuse(error);
    stream_.expires_after(state_.options.read);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      static const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      asio::async_write(stream_, asio::buffer(go_on), [self = shared_from_this()](ErrorCode failed, std::size_t) {
        if (!failed) self->read_body();
      });
      return;
    }
    read_body();
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](ErrorCode error, std::size_t) {
      if (error) return self->refuse(error);
      self->handle();
    });
  }

  /// A request that cannot be read.
  void refuse(ErrorCode error) {
    const bool is_broken = error.category() == http::make_error_code(http::error::end_of_stream).category();
    if (!is_broken || error == http::error::end_of_stream || error == http::error::partial_message) return;
    exchange_ = std::make_shared<Exchange>();
    fill(exchange_->request);
    begin_ = Clock::now();
    keep_alive_ = false;
    if (error == http::error::body_limit) {
      respond(problem(413, Error({.thing = "the request's body",
                                  .found = "more bytes",
                                  .expected = fmt::format("at most {} bytes", state_.options.largest_body)})));
    } else if (error == http::error::header_limit) {
      respond(problem(431, fmt::format("the request's head is longer than {} bytes", largest_head)));
    } else {
      respond(problem(400, "this is no HTTP request: " + error.message()));
    }
  }

  void fill(HttpRequest& filled) {
    const auto& request = parser_->get();
    filled.method = std::string(request.method_string());
    const std::string target(request.target());
    filled.path = target.substr(0, target.find('?'));
    filled.origin = header(request, http::field::origin);
    filled.content_type = header(request, http::field::content_type);
    filled.accept = header(request, http::field::accept);
    filled.authorization = header(request, http::field::authorization);
    filled.api_key = header(request, "X-Api-Key");
    filled.client = client_;
  }

  void handle() {
    begin_ = Clock::now();
    exchange_ = std::make_shared<Exchange>();
    fill(exchange_->request);
    exchange_->request.body = std::move(parser_->get().body());
    keep_alive_ = parser_->get().keep_alive();
    is_head_ = parser_->get().method() == http::verb::head;
    version_ = parser_->get().version();
    parser_.reset();
    stream_.expires_never();
    work_.emplace(state_.context.get_executor());
    // Answers come from workers, perhaps after this connection has gone.
    const std::weak_ptr<Connection> weak = weak_from_this();
    exchange_->respond = [weak, &context = state_.context](HttpResponse response) {
      asio::post(context, [weak, response = std::move(response)]() mutable {
        if (const auto self = weak.lock()) self->respond(std::move(response));
      });
    };
    exchange_->push = [weak, &context = state_.context](std::string part, bool last) {
      asio::post(context, [weak, part = std::move(part), last]() mutable {
        if (const auto self = weak.lock()) self->push(std::move(part), last);
      });
    };
    self_ = shared_from_this();
    state_.handler(exchange_);
    watch();
  }

  /// Notices a client that goes away while its request is worked on.
  void watch() {
    stream_.socket().async_wait(
        tcp::socket::wait_read, [self = shared_from_this(), exchange = exchange_](ErrorCode error) {
          if (error || exchange != self->exchange_) return;
          char byte = 0;
          const auto count = ::recv(self->stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
          if (count > 0) return;  // the next request: whether this client goes away shows when that is read
          // What woke this may have been read as part of the request before it ran.
          if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return self->watch();
          exchange->gone = true;
        });
  }

  void respond(HttpResponse response) {
    status_ = response.status;
    bytes_ = response.body ? response.body->size() : 0;
    keep_alive_ = keep_alive_ && !response.stream && !state_.stopping;
    http::response<http::string_body> message(static_cast<http::status>(response.status), version_);
    message.reason(std::string(status_phrase(response.status)));
    message.set(http::field::date, fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
    if (!response.content_type.empty() && response.status != 204)
      message.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) message.insert(name, value);
    message.keep_alive(keep_alive_);
    if (!response.stream && response.status != 204) message.content_length(bytes_);
    if (response.body && !is_head_) message.body() = *response.body;
    if (response.stream) {
      streaming_ = true;
      stream_head_ = std::make_unique<http::response<http::string_body>>(std::move(message));
      stream_serializer_ = std::make_unique<http::response_serializer<http::string_body>>(*stream_head_);
      writing_ = true;
      stream_.expires_after(state_.options.read);
      http::async_write_header(stream_, *stream_serializer_, [self = shared_from_this()](ErrorCode error, std::size_t) {
        self->writing_ = false;
        if (error) return self->finish(false);
        self->write_parts();
      });
      return;
    }
    const auto kept = std::make_shared<http::response<http::string_body>>(std::move(message));
    stream_.expires_after(state_.options.read);
    const auto done = [self = shared_from_this(), kept](ErrorCode error, std::size_t) { self->finish(!error); };
    if (is_head_) {
      const auto serializer = std::make_shared<http::response_serializer<http::string_body>>(*kept);
      http::async_write_header(stream_, *serializer,
                               [serializer, done](ErrorCode error, std::size_t count) { done(error, count); });
    } else {
      http::async_write(stream_, *kept, done);
    }
  }

  // ---- a body that comes in parts ----

  void push(std::string part, bool last) {
    if (!streaming_ || last_part_) return;
    last_part_ = last;
    if (last || parts_.size() < waiting_parts) parts_.push_back(std::move(part));
    if (!writing_) write_parts();
  }

  void write_parts() {
    if (parts_.empty()) {
      if (last_part_)
        finish(true);
      else
        stream_.expires_never();
      return;
    }
    writing_ = true;
    bytes_ += parts_.front().size();
    stream_.expires_after(state_.options.read);
    asio::async_write(stream_, asio::buffer(parts_.front()), [self = shared_from_this()](ErrorCode error, std::size_t) {
      self->writing_ = false;
      if (error) return self->finish(false);
      self->parts_.pop_front();
      self->write_parts();
    });
  }

  // ---- the end ----

  void finish(bool written) {
    if (!exchange_) return;
    const bool gone = exchange_->gone;
    if (state_.options.finished) {
      state_.options.finished({.request = exchange_->request,
                               .status = written && !gone ? status_ : 499,
                               .bytes = bytes_,
                               .seconds = std::chrono::duration<double>(Clock::now() - begin_).count()});
    }
    if (!written) exchange_->gone = true;
    exchange_.reset();
    ErrorCode ignored;
    stream_.socket().cancel(ignored);  // the watch
    work_.reset();
    const auto self = std::move(self_);
    if (written && keep_alive_ && !gone)
      return asio::post(state_.context, [self = shared_from_this()] { self->read(); });
    linger();
  }

  /// Closes so that a client that is still sending reads the answer first.
  void linger() {
    ErrorCode error;
    stream_.socket().shutdown(tcp::socket::shutdown_send, error);
    if (error) return;
    stream_.expires_after(std::chrono::seconds(2));
    discard();
  }

  void discard() {
    stream_.async_read_some(asio::buffer(discarded_), [self = shared_from_this()](ErrorCode error, std::size_t) {
      if (!error) self->discard();
    });
  }

  Listener::State& state_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::shared_ptr<Exchange> exchange_;
  std::shared_ptr<Connection> self_;  // while a request is worked on
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::unique_ptr<http::response<http::string_body>> stream_head_;
  std::unique_ptr<http::response_serializer<http::string_body>> stream_serializer_;
  std::deque<std::string> parts_;
  std::array<char, 1024> discarded_ = {};
  std::string client_;
  Clock::time_point begin_;
  std::size_t bytes_ = 0;
  unsigned version_ = 11;
  int status_ = 0;
  bool idle_ = false, keep_alive_ = false, is_head_ = false;
  bool streaming_ = false, writing_ = false, last_part_ = false;
};

}  // namespace

void Listener::State::open() {
  ErrorCode error;
  const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error)
    throw Error({.thing = "--host",
                 .found = "'" + options.host + "'",
                 .expected = "an IP address, such as 127.0.0.1, 0.0.0.0 or ::1"});
  const tcp::endpoint endpoint(address, options.port);
  const auto step = [&](ErrorCode failed) {
    if (!failed) return;
    throw Error({.thing = fmt::format("--port {}", options.port),
                 .found = failed.message(),
                 .expected = "a port that is free, and allowed, on " + options.host,
                 .hint = "--port 0 takes any that is free"});
  };
  step(acceptor.open(endpoint.protocol(), error));
  step(acceptor.set_option(tcp::acceptor::reuse_address(true), error));
  step(acceptor.bind(endpoint, error));
  step(acceptor.listen(asio::socket_base::max_listen_connections, error));
  port = acceptor.local_endpoint().port();
}

void Listener::State::accept() {
  if (stopping || accepting || connections.size() >= options.connections) return;
  accepting = true;
  acceptor.async_accept([this](ErrorCode error, tcp::socket socket) {
    accepting = false;
    if (error == asio::error::operation_aborted) return;
    if (error) {  // out of files, say
      timer.expires_after(std::chrono::milliseconds(100));
      timer.async_wait([this](ErrorCode cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    std::make_shared<Connection>(*this, std::move(socket))->read();
    accept();
  });
}

void Listener::State::stop() {
  if (stopping) return;
  stopping = true;
  // Whom the system has let in already is served.
  ErrorCode error;
  acceptor.non_blocking(true, error);
  while (!error) {
    tcp::socket socket(context);
    acceptor.accept(socket, error);
    if (!error) std::make_shared<Connection>(*this, std::move(socket))->read();
  }
  acceptor.close(error);
  // A request that is on its way in an open connection is still answered; then there are no more.
  timer.expires_after(options.drain);
  timer.async_wait([this](ErrorCode) {
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
  state_->context.run();
}

void Listener::stop() {
  asio::post(state_->context, [state = state_.get()] { state->stop(); });
}

void Listener::post(std::function<void()> work) { asio::post(state_->context, std::move(work)); }

}  // namespace limn::server
