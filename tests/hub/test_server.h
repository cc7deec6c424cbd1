#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace limn::hub_test {

struct Request {
  std::string method, target;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body = {};                       ///< as long as Content-Length says
};

struct Response {
  int status = 200;
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  std::optional<std::size_t> cut_after = {};  ///< bytes of the body after which the connection ends
  bool has_length = true;                     ///< otherwise the end of the connection ends the body
  bool hang = false;                          ///< after that, keep the connection open until the server is destroyed
};

/// A small local HTTP server: one request per connection, answered by a function.
class Server {
 public:
  using Handler = std::function<Response(const Request&)>;

  explicit Server(Handler handler) : handler_(std::move(handler)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, plain, size) != 0 || ::listen(socket_, 16) != 0 || ::getsockname(socket_, plain, &size) != 0)
      std::abort();
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    stop_ = true;
    thread_.join();
    ::close(socket_);
    for (const int connection : hanging_) ::close(connection);
  }

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// Returns the requests with this method whose target ends with `ending`.
  std::vector<Request> requests(const std::string& method, const std::string& ending) const {
    std::vector<Request> result;
    for (const Request& request : requests())
      if (request.method == method && request.target.ends_with(ending)) result.push_back(request);
    return result;
  }

 private:
  void serve() {
    while (!stop_) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) != 1) continue;
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) continue;
      if (!answer(connection)) ::close(connection);
    }
  }

  /// Answers a request. @return whether the connection stays open.
  bool answer(int connection) {
    std::string text;
    char buffer[4096];
    while (text.find("\r\n\r\n") == std::string::npos) {
      pollfd waiting{connection, POLLIN, 0};
      if (::poll(&waiting, 1, 5000) != 1) return false;
      const ssize_t bytes = ::read(connection, buffer, sizeof buffer);
      if (bytes <= 0) return false;
      text.append(buffer, static_cast<std::size_t>(bytes));
    }
    Request request = parse(text);
    if (const auto length = request.headers.find("content-length"); length != request.headers.end()) {
      const std::size_t bytes = std::stoul(length->second);
      request.body = text.substr(text.find("\r\n\r\n") + 4);
      while (request.body.size() < bytes) {
        pollfd waiting{connection, POLLIN, 0};
        if (::poll(&waiting, 1, 5000) != 1) return false;
        const ssize_t count = ::read(connection, buffer, sizeof buffer);
        if (count <= 0) return false;
        request.body.append(buffer, static_cast<std::size_t>(count));
      }
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const Response response = handler_(request);
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " Test\r\nConnection: close\r\n";
    for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
    if (response.has_length) head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    head += "\r\n";
    send(connection, head);
    if (request.method != "HEAD")
      send(connection, response.body.substr(0, response.cut_after.value_or(std::string::npos)));
    if (response.hang) hanging_.push_back(connection);
    return response.hang;
  }

  static Request parse(const std::string& text) {
    Request request;
    const std::size_t first = text.find(' '), second = text.find(' ', first + 1);
    request.method = text.substr(0, first);
    request.target = text.substr(first + 1, second - first - 1);
    for (std::size_t line = text.find("\r\n") + 2; line < text.size();) {
      const std::size_t end = text.find("\r\n", line), colon = text.find(": ", line);
      if (end == line) break;
      std::string name = text.substr(line, colon - line);
      for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      request.headers[name] = text.substr(colon + 2, end - colon - 2);
      line = end + 2;
    }
    return request;
  }

  static void send(int connection, const std::string& text) {
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t bytes = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (bytes <= 0) return;
      sent += static_cast<std::size_t>(bytes);
    }
  }

  Handler handler_;
  int socket_, port_ = 0;
  std::thread thread_;
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::vector<int> hanging_;
};

}  // namespace limn::hub_test
