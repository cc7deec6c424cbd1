#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "apps/server/server.h"
#include "server/client.h"

namespace limn::server_test {

inline std::string golden(const std::string& model) {
  return (std::filesystem::path(LIMN_SOURCE_DIR) / "tests" / "golden" / model).string();
}

/// Returns PyTorch's results for a model of tests/golden.
inline std::vector<Json> golden_cases(const std::string& model) {
  return Json::parse(std::ifstream(golden(model) + "/cases.json"))["cases"].get<std::vector<Json>>();
}

/// A server on its own port; the destructor stops it.
class RunningServer {
 public:
  explicit RunningServer(const std::function<void(server::Server::Options&)>& change = {},
                         std::vector<std::string> models = {"bert-cls"})
      : server_(options(change, std::move(models))), thread_([this] { server_.run(); }) {}
  ~RunningServer() {
    if (thread_.joinable()) stop();
  }

  server::Server& operator*() { return server_; }
  unsigned short port() const { return server_.port(); }
  Client client() const { return Client(server_.port()); }
  /// Stops the server; returns when the last request has been answered.
  void stop() {
    server_.stop();
    thread_.join();
  }
  std::vector<Json> log() const {
    const std::lock_guard lock(mutex_);
    std::vector<Json> lines;
    for (const auto& line : log_) lines.push_back(Json::parse(line));
    return lines;
  }

  /// Returns a value of /metrics; -1 if it is missing.
  double metric(const std::string& name) const {
    const std::string text = "\n" + client().ask("GET", "/metrics").body;
    const auto begin = text.find("\n" + name + " ");
    return begin == std::string::npos ? -1 : std::stod(text.substr(begin + name.size() + 2));
  }

 private:
  server::Server::Options options(const std::function<void(server::Server::Options&)>& change,
                                  std::vector<std::string> models) {
    server::Server::Options options;
    for (const auto& model : models) options.models.push_back(golden(model));
    options.listener.port = 0;
    options.listener.drain = std::chrono::milliseconds(200);
    options.log = [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      log_.push_back(line);
      return true;
    };
    if (change) change(options);
    return options;
  }

  mutable std::mutex mutex_;
  std::vector<std::string> log_;
  server::Server server_;
  std::thread thread_;
};

/// A request that takes very long, for tests of waiting and cancellation.
inline Json endless() {
  return {{"text", "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"},
          {"method", "sobol"},
          {"samples", 5000}};
}

}  // namespace limn::server_test
