#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "apps/server/listener.h"

/// Types that depend on the HTTP library; only listener.cc and connection.cc include this header.

namespace limn::server {

class Connection;

/// The state that connections share. Used only on the thread of Listener::run.
struct Listener::State : std::enable_shared_from_this<Listener::State> {
  Options options;
  Handler handler;
  std::unordered_map<std::string, std::size_t> connections_of;  // number of connections of each address
  std::unordered_set<Connection*> connections;  // connections remove themselves, also when the context is destroyed
  bool stopping = false;
  bool accepting = false;
  bool crowded = false;  // a client is waiting, and no connection could be closed
  unsigned short port = 0;
  boost::asio::io_context context{1};
  boost::asio::ip::tcp::acceptor acceptor{context};
  boost::asio::steady_timer retry{context}, drain{context};

  void open();
  void accept();
  void accept_later();
  bool close_longest_waiting(const std::string* client = nullptr);
  bool make_room_for(const std::string& client);
  void stop();
};

/// One client's connection, which handles its requests one after the other.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  using ErrorCode = boost::system::error_code;

  Connection(Listener::State& state, boost::asio::ip::tcp::socket socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void read();
  /// When the connection began to wait for the head of a request, or for the rest of its body; nothing if it is not
  /// waiting for its client.
  std::optional<Clock::time_point> waiting_since() const { return waiting_since_; }
  bool is_reading_body() const { return is_reading_body_; }
  const std::string& client() const { return client_; }
  /// Closes the connection if it is waiting for its client.
  void close_if_waiting();
  /// Closes the connection if it is waiting for a request.
  void close_if_idle();

 private:
  using Message = boost::beast::http::response<boost::beast::http::span_body<const char>>;

  void report_connection_count() const;
  void read_head();
  void on_head(ErrorCode error);
  void read_body();
  void refuse(ErrorCode error);
  void refuse(HttpResponse response);
  void begin_exchange();
  void handle();
  void watch();
  bool is_disconnected();
  void respond(HttpResponse response);
  void push(std::string part, bool last);
  void write_parts();
  void finish(bool written);
  void linger();
  void discard();

  Listener::State& state_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::shared_ptr<Exchange> exchange_;
  std::shared_ptr<Connection> self_;  // set while a request is being handled
  boost::asio::steady_timer look_again_;
  std::optional<Message> message_;
  std::optional<boost::beast::http::response_serializer<Message::body_type>> serializer_;
  Body body_;  // the bytes that message_ refers to
  std::deque<std::string> parts_;
  std::array<char, 1024> discarded_ = {};
  std::string client_;
  std::optional<Clock::time_point> waiting_since_;
  bool is_reading_body_ = false, is_folded_ = false;
  Clock::time_point begin_;
  std::size_t bytes_ = 0;
  unsigned version_ = 11;
  int status_ = 0;
  bool keep_alive_ = false, is_head_ = false;
  bool streaming_ = false, writing_ = false, last_part_ = false;
};

}  // namespace limn::server
