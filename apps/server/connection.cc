#include "apps/server/connection.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <ctime>
#include <new>
#include <utility>

namespace limn::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;

constexpr std::size_t largest_head = 16UL * 1024;
// The library limits heads and bodies, but not chunk extensions or the trailer after the last chunk.
constexpr std::size_t largest_buffer = 128UL * 1024;
constexpr std::size_t waiting_parts = 64;  // of a stream; a slow client misses some progress events
constexpr std::chrono::seconds between_looks{1};

using BeastRequest = http::request<http::string_body>;

template <class Field>
std::string header(const BeastRequest& request, Field name) {
  const auto value = request[name];
  return {value.data(), value.size()};
}

std::ptrdiff_t count_of(const BeastRequest& request, http::field name) {
  const auto [begin, end] = request.equal_range(name);
  return std::distance(begin, end);
}

/// Why a request head is rejected; empty if it is accepted. A proxy in front of this server must interpret every
/// accepted head in the same way (RFC 9112, sections 3.2 and 6.1).
std::string objection(const BeastRequest& request) {
  const auto hosts = count_of(request, http::field::host);
  if (hosts > 1 || (hosts == 0 && request.version() >= 11)) return "a request must have exactly one Host header";
  const auto encodings = count_of(request, http::field::transfer_encoding);
  if (encodings == 0) return "";
  if (encodings > 1 || !beast::iequals(request[http::field::transfer_encoding], "chunked") || request.version() < 11)
    return "the only supported transfer encoding is chunked";
  if (count_of(request, http::field::content_length) > 0) return "a chunked request must not have a Content-Length";
  return "";
}

/// Returns "/v1/explain" for "/v1/explain?q" or "http://127.0.0.1/v1/explain?q".
std::string path_of(std::string_view target) {
  const auto scheme = target.find("://");
  if (scheme != target.npos && !target.starts_with('/')) {
    const auto slash = target.find('/', scheme + 3);
    target = slash == target.npos ? "/" : target.substr(slash);
  }
  return std::string(target.substr(0, target.find('?')));
}

/// Returns the authority of a target in absolute form, which replaces the Host header (RFC 9112, section 3.2.2); empty
/// for other forms.
std::string_view authority_of(std::string_view target) {
  const auto scheme = target.find("://");
  if (scheme == target.npos || target.starts_with('/')) return {};
  target.remove_prefix(scheme + 3);
  target = target.substr(0, target.find_first_of("/?#"));
  return target.substr(target.rfind('@') + 1);  // npos + 1 is 0
}

/// Whether more bytes could turn the text into a request that the parser accepts.
bool may_become_request(std::string_view text) {
  if (text.empty() || text == "\r") return true;
  if (text.front() < 'A' || text.front() > 'z') return false;
  const std::string_view line = text.substr(0, text.find('\n'));
  return line.size() == text.size() || line.find(" HTTP/1.") != line.npos;
}

/// Keeps the listener running while an answer may still arrive.
struct Guard {
  std::shared_ptr<Listener::State> state;
  asio::executor_work_guard<asio::io_context::executor_type> work;  // destroyed first
};

}  // namespace

Connection::Connection(Listener::State& state, tcp::socket socket)
    : state_(state), stream_(std::move(socket)), buffer_(largest_buffer), look_again_(state.context) {
  ErrorCode ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  const auto address = stream_.socket().remote_endpoint(ignored);
  if (!ignored) client_ = address.address().to_string();
  state_.connections.insert(this);
  ++state_.connections_of[client_];
  report_connection_count();
}

Connection::~Connection() {
  state_.connections.erase(this);
  if (const auto found = state_.connections_of.find(client_); --found->second == 0) state_.connections_of.erase(found);
  report_connection_count();
  state_.accept();
}

void Connection::report_connection_count() const {
  if (state_.options.connected) state_.options.connected(state_.connections.size());
}

// ---- the request ------------------------------------------------------------------------------------------

void Connection::read() {
  if (buffer_.size() == 0) buffer_.shrink_to_fit();
  parser_.emplace();
  parser_->header_limit(largest_head);
  parser_->body_limit(state_.options.largest_body);
  waiting_since_ = Clock::now();
  is_reading_body_ = false;
  if (state_.crowded) state_.accept();
  stream_.expires_after(state_.stopping ? state_.options.drain : state_.options.idle);
  read_head();
}

/// Reads until the buffer begins with a whole head, or with something that the parser refuses. The library would accept
/// folded headers, and refuse the empty lines that a server should ignore before a request (RFC 9112, sections 5.2 and
/// 2.2).
void Connection::read_head() {
  const auto received = [&] {
    return std::string_view(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  };
  while (received().starts_with("\r\n")) buffer_.consume(2);
  const std::string_view text = received();
  const std::size_t head_end = text.find("\r\n\r\n");
  if (head_end == text.npos && text.size() <= largest_head && may_become_request(text)) {
    constexpr std::size_t at_once = 1024;
    stream_.async_read_some(buffer_.prepare(at_once), [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
      if (error) return self->on_head(error);
      self->buffer_.commit(bytes);
      self->read_head();
    });
    return;
  }
  const std::string_view head = text.substr(0, head_end);
  is_folded_ = head.find("\r\n ") != head.npos || head.find("\r\n\t") != head.npos;
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_head(error); });
}

void Connection::close_if_waiting() {
  if (!waiting_since_) return;
  waiting_since_.reset();  // it must not be chosen again before it has ended
  stream_.close();
}

void Connection::close_if_idle() {
  if (!is_reading_body_) close_if_waiting();
}

void Connection::on_head(ErrorCode error) {
  if (error) {
    waiting_since_.reset();
    return refuse(error);
  }
  std::string reason = is_folded_ ? "a header must not be continued on another line" : objection(parser_->get());
  if (!reason.empty()) {
    waiting_since_.reset();
    return refuse(problem(400, reason));
  }
  waiting_since_ = Clock::now();
  is_reading_body_ = true;
  if (state_.crowded) state_.accept();
  stream_.expires_after(state_.options.read);
  const bool wants_word = beast::iequals(parser_->get()[http::field::expect], "100-continue");
  if (!wants_word || parser_->get().version() < 11 || parser_->is_done()) return read_body();
  static const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(go_on), [self = shared_from_this()](ErrorCode failed, std::size_t) {
    if (!failed) self->read_body();
  });
}

void Connection::read_body() {
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](ErrorCode error, std::size_t) {
        self->waiting_since_.reset();
        if (error) return self->refuse(error);
        self->handle();
      });
}

/// Answers a request that cannot be read.
void Connection::refuse(ErrorCode error) {
  const bool is_closed = error == beast::error::timeout || error == asio::error::operation_aborted;
  if (is_closed && is_reading_body_) {  // too slow, or in the way of another client
    begin_exchange();
    status_ = 408;
    return finish(false);
  }
  const bool is_broken = error.category() == http::make_error_code(http::error::end_of_stream).category();
  if (!is_broken || error == http::error::end_of_stream || error == http::error::partial_message) return;
  if (error == http::error::body_limit) {
    refuse(problem(413, Error({.thing = "the request's body",
                               .found = "more bytes",
                               .expected = fmt::format("at most {} bytes", state_.options.largest_body)})));
  } else if (error == http::error::header_limit) {
    refuse(problem(431, fmt::format("the request's head is longer than {} bytes", largest_head)));
  } else if (error == http::error::buffer_overflow) {
    refuse(
        problem(431, fmt::format("the request's chunk headers or trailer are longer than {} bytes", largest_buffer)));
  } else {
    refuse(problem(400, "this is not an HTTP request: " + error.message()));
  }
}

void Connection::refuse(HttpResponse response) {
  begin_exchange();
  keep_alive_ = false;
  respond(std::move(response));
}

/// Fills the exchange from the part of the head that was read, which may be empty.
void Connection::begin_exchange() {
  begin_ = Clock::now();
  exchange_ = std::make_shared<Exchange>();
  const BeastRequest& request = parser_->get();
  HttpRequest& filled = exchange_->request;
  filled.method = std::string(request.method_string());
  const auto target = request.target();
  filled.path = path_of({target.data(), target.size()});
  filled.host = header(request, http::field::host);
  if (const auto authority = authority_of({target.data(), target.size()}); !authority.empty()) filled.host = authority;
  filled.origin = header(request, http::field::origin);
  filled.content_type = header(request, http::field::content_type);
  filled.content_encoding = header(request, http::field::content_encoding);
  filled.accept = header(request, http::field::accept);
  filled.authorization = header(request, http::field::authorization);
  filled.api_key = header(request, "X-Api-Key");
  filled.if_none_match = header(request, http::field::if_none_match);
  filled.client = client_;
  is_head_ = request.method() == http::verb::head;
  version_ = request.version() >= 11 ? 11 : 10;
  streaming_ = last_part_ = false;
  bytes_ = 0;
}

void Connection::handle() {
  begin_exchange();
  exchange_->request.body = std::move(parser_->get().body());
  keep_alive_ = parser_->get().keep_alive();
  parser_.reset();
  stream_.expires_never();
  exchange_->keeps_running =
      std::make_shared<Guard>(Guard{state_.shared_from_this(), asio::make_work_guard(state_.context)});
  // Workers may answer after this connection has closed.
  const std::weak_ptr<Connection> weak = weak_from_this();
  exchange_->respond = [weak, &context = state_.context](HttpResponse response) {
    asio::post(
        context,
        [weak, response = std::move(response)]() mutable {
          if (const auto self = weak.lock()) self->respond(std::move(response));
        });
  };
  exchange_->push = [weak, &context = state_.context](std::string part, bool last) {
    asio::post(context, [weak, part = std::move(part), last]() mutable {
      if (const auto self = weak.lock()) self->push(std::move(part), last);
    });
  };
  self_ = shared_from_this();
  try {
    state_.handler(exchange_);
  } catch (const std::bad_alloc&) {
    respond(problem(503, "out of memory"));
  } catch (const std::exception& error) {
    if (state_.options.exception) state_.options.exception(error.what());
    respond(problem(500, "internal error"));
  }
  watch();
}

/// Detects a client that disconnects while its request is being handled.
void Connection::watch() {
  stream_.socket().async_wait(
      tcp::socket::wait_read,
      [self = shared_from_this(), exchange = exchange_](ErrorCode error) {
        if (error || !exchange || exchange != self->exchange_) return;
        if (self->is_disconnected()) exchange->gone = true;
      });
}

/// Returns whether the client has closed its side; if not, continues to watch.
bool Connection::is_disconnected() {
  pollfd look{.fd = stream_.socket().native_handle(), .events = POLLIN | POLLRDHUP, .revents = 0};
  if (::poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) return true;
  if ((look.revents & POLLIN) == 0) {  // the bytes that triggered this were already read as part of the request
    watch();
    return false;
  }
  // The next request has already arrived and would trigger the watch immediately.
  look_again_.expires_after(between_looks);
  look_again_.async_wait([self = shared_from_this(), exchange = exchange_](ErrorCode error) {
    if (error || exchange != self->exchange_) return;
    if (self->is_disconnected()) exchange->gone = true;
  });
  return false;
}

// ---- the answer -------------------------------------------------------------------------------------------

void Connection::respond(HttpResponse response) {
  if (!exchange_ || message_) return;
  if (state_.options.decorate) state_.options.decorate(exchange_->request, response);
  status_ = response.status;
  body_ = std::move(response.body);
  bytes_ = body_ ? body_->size() : 0;
  keep_alive_ = keep_alive_ && !response.stream && !state_.stopping;
  const bool has_body = response.status != 204 && response.status != 304;
  message_.emplace(static_cast<http::status>(response.status), version_);
  message_->reason(std::string(status_phrase(response.status)));
  message_->set(http::field::date, fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))));
  if (!response.content_type.empty() && has_body) message_->set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) message_->insert(name, value);
  message_->keep_alive(keep_alive_);
  if (!response.stream && has_body) message_->content_length(bytes_);
  if (body_ && !is_head_ && has_body) message_->body() = {body_->data(), body_->size()};
  serializer_.emplace(*message_);
  stream_.expires_after(state_.options.read);
  if (response.stream) {
    streaming_ = writing_ = true;
    http::async_write_header(stream_, *serializer_, [self = shared_from_this()](ErrorCode error, std::size_t) {
      self->writing_ = false;
      if (error) return self->finish(false);
      self->write_parts();
    });
    return;
  }
  const auto done = [self = shared_from_this()](ErrorCode error, std::size_t) { self->finish(!error); };
  if (is_head_)
    http::async_write_header(stream_, *serializer_, done);
  else
    http::async_write(stream_, *serializer_, done);
}

void Connection::push(std::string part, bool last) {
  if (!exchange_ || last_part_) return;
  last_part_ = last;
  if (last || parts_.size() < waiting_parts) parts_.push_back(std::move(part));
  // A part may run before the head of its stream, because several threads post to this one.
  if (streaming_ && !writing_) write_parts();
}

void Connection::write_parts() {
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

// ---- the end ----------------------------------------------------------------------------------------------

void Connection::finish(bool written) {
  if (!exchange_) return;
  const bool gone = exchange_->gone;
  if (streaming_) status_ = exchange_->outcome;
  if (!written && status_ != 408) status_ = 499;
  if (state_.options.finished) {
    state_.options.finished({.request = exchange_->request,
                             .status = gone ? 499 : status_,
                             .bytes = bytes_,
                             .seconds = std::chrono::duration<double>(Clock::now() - begin_).count()});
  }
  if (!written) exchange_->gone = true;
  exchange_.reset();
  ErrorCode ignored;
  stream_.socket().cancel(ignored);  // the watch
  look_again_.cancel();
  serializer_.reset();
  message_.reset();
  body_.reset();
  parts_.clear();
  const auto self = std::move(self_);
  if (written && keep_alive_ && !gone) return asio::post(state_.context, [self = shared_from_this()] { self->read(); });
  linger();
}

/// Closes the connection so that a client that is still sending can first read the answer.
void Connection::linger() {
  ErrorCode error;
  stream_.socket().shutdown(tcp::socket::shutdown_send, error);
  if (error) return;
  stream_.expires_after(std::chrono::seconds(2));
  discard();
}

void Connection::discard() {
  stream_.async_read_some(
      asio::buffer(discarded_),
      [self = shared_from_this()](ErrorCode error, std::size_t) {
        if (!error) self->discard();
      });
}

}  // namespace limn::server
