#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// An HTTP client on a plain socket, which controls every byte that is sent and received.

namespace limn::server_test {

using Json = nlohmann::json;

struct Reply {
  int status = 0;                              ///< 0: the connection was closed without a response
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  Json json() const { return Json::parse(body); }
};

inline std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

class Client {
 public:
  explicit Client(unsigned short port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  Client(Client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_), buffer_(std::move(other.buffer_)) {}
  Client& operator=(Client&&) = delete;
  ~Client() { close(); }

  bool connected() const { return connected_; }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  /// @return false if the other side has closed the connection.
  bool send(const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    return true;
  }

  /// Reads up to and including `end`; less if the connection closes, or if nothing arrives for a minute.
  std::string read_until(const std::string& end) {
    std::size_t found = 0;
    while ((found = buffer_.find(end)) == std::string::npos)
      if (!fill()) return std::exchange(buffer_, "");
    std::string text = buffer_.substr(0, found + end.size());
    buffer_.erase(0, found + end.size());
    return text;
  }
  std::string read_to_the_end() {
    while (fill()) {
    }
    return std::exchange(buffer_, "");
  }

  /// @param has_body false for the response to HEAD.
  Reply read_reply(bool has_body = true) {
    Reply reply;
    const std::string head = read_until("\r\n\r\n");
    if (head.rfind("HTTP/1.", 0) != 0) return reply;
    reply.status = std::atoi(head.c_str() + 9);
    for (std::size_t begin = head.find("\r\n") + 2; begin + 2 < head.size();) {
      const std::size_t end = head.find("\r\n", begin), colon = head.find(": ", begin);
      if (colon < end)
        reply.headers[lower(head.substr(begin, colon - begin))] = head.substr(colon + 2, end - colon - 2);
      begin = end + 2;
    }
    const auto length = reply.headers.find("content-length");
    if (!has_body || length == reply.headers.end()) return reply;
    const std::size_t bytes = std::stoul(length->second);
    while (buffer_.size() < bytes)
      if (!fill()) return {};
    reply.body = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return reply;
  }

  Reply ask(const std::string& method, const std::string& path, const std::string& body = {},
            const std::string& headers = {}) {
    if (!send(request(method, path, body, headers))) return {};
    return read_reply(method != "HEAD");
  }
  Reply post(const std::string& path, const Json& body, const std::string& headers = {}) {
    return ask("POST", path, body.dump(), json_type + headers);
  }

  static std::string request(const std::string& method, const std::string& path, const std::string& body = {},
                             const std::string& headers = {}) {
    return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
           (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body;
  }
  static inline const std::string json_type = "Content-Type: application/json\r\n";

 private:
  bool fill() {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 60'000) != 1) return false;
    char bytes[4096];
    const auto count = ::recv(socket_, bytes, sizeof(bytes), 0);
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

/// Waits until a condition holds, for at most a minute. @return whether it holds
inline bool eventually(const std::function<bool()>& is_so) {
  for (int i = 0; i < 6000; ++i) {
    if (is_so()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

/// Clients that send requests until the server stops listening; the server may close a connection after a response.
class EndlessLoad {
 public:
  EndlessLoad(unsigned short port, std::size_t clients) {
    for (std::size_t i = 0; i < clients; ++i) threads_.emplace_back([this, port, i] { ask(port, i); });
  }
  ~EndlessLoad() { join(); }
  void join() {
    for (auto& thread : std::exchange(threads_, {})) thread.join();
  }

  std::atomic<std::size_t> answered = 0, lost = 0;

 private:
  void ask(unsigned short port, std::size_t i) {
    for (std::size_t round = 0;;) {
      Client client(port);
      if (!client.connected()) return;
      for (bool open = true; open; ++round) {
        Reply reply = client.post("/v1/explain", {{"text", "text " + std::to_string(i) + " " + std::to_string(round)}});
        (reply.status == 200 ? answered : lost)++;
        open = reply.status == 200 && reply.headers["connection"] != "close";
      }
    }
  }

  std::vector<std::thread> threads_;
};

}  // namespace limn::server_test
