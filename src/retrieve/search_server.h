#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "limn/collection.h"

namespace limn {

/// One index of a server of Elasticsearch or OpenSearch: requests, and what is checked of every answer.
class SearchServer {
 public:
  enum class Kind { elasticsearch, opensearch };

  /// @param address "http://HOST:PORT/INDEX", or https. @throws Error for any other address
  SearchServer(std::string address, HttpSend send);

  struct Answer {
    int status = 0;
    nlohmann::json json;
  };
  /// Sends a request about the index; tries again a few times if the server is busy.
  /// @param path below the index: "_search". @param body JSON, or lines of JSON for _bulk; empty: none
  /// @param also statuses other than 200 and 201 that are answers
  /// @throws Unavailable if there is no answer, none that is JSON, no index, or if the server fails or refuses limn.
  /// @throws Error if it refuses the request
  Answer ask(const char* method, const std::string& path, const std::string& body = {},
             std::initializer_list<int> also = {}) const;
  nlohmann::json post(const std::string& path, const nlohmann::json& body) const;

  /// Which server it is. @param least_* the versions (major * 100 + minor) that are needed
  /// @throws Error if it is neither, or older.
  Kind kind(int least_elasticsearch, int least_opensearch) const;

  const std::string& address() const { return address_; }
  const std::string& index() const { return index_; }

  /// Returns a member of an answer, given by its path as "/hits/hits". @throws Error if it is missing or of another
  /// type
  const nlohmann::json& list(const nlohmann::json& answer, const char* path) const;
  std::string text(const nlohmann::json& answer, const char* path) const;
  double number(const nlohmann::json& answer, const char* path) const;

 private:
  Answer send(const char* method, const std::string& url, const std::string& body,
              std::initializer_list<int> also) const;
  const nlohmann::json& member(const nlohmann::json& answer, const char* path, const char* expected,
                               bool (nlohmann::json::*is)() const noexcept) const;

  std::string address_, base_, index_;
  HttpSend send_;
};

}  // namespace limn
