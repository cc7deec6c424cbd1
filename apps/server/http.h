#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/error.h"

/// Requests and responses as the rest of the server sees them; only connection.cc and listener.cc use the HTTP library.

namespace limn::server {

struct HttpRequest {
  std::string method;  ///< "GET"
  std::string path;    ///< without the query string
  /// Headers; empty: missing.
  std::string host, origin, content_type, content_encoding, accept, authorization, api_key, if_none_match;
  std::string body;
  std::string client;  ///< IP address
};

using Body = std::shared_ptr<const std::string>;
Body make_body(std::string text);

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  Body body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool stream = false;  ///< the body follows in parts, through Exchange::push
};

/// One request and the means to answer it. `respond` and `push` may be called from any thread; after the client has
/// disconnected, they do nothing.
struct Exchange {
  HttpRequest request;
  std::function<void(HttpResponse)> respond;              ///< to be called once
  std::function<void(std::string part, bool last)> push;  ///< after a response with `stream`
  std::atomic<int> outcome = 200;                         ///< of a stream: the status that its last part reports
  std::atomic<bool> gone = false;                         ///< the client closed the connection
  std::shared_ptr<void> keeps_running;                    ///< keeps the listener alive while an answer may still arrive
};

using Handler = std::function<void(const std::shared_ptr<Exchange>&)>;

/// Returns "Not Found" for 404.
std::string_view status_phrase(int status);

/// Returns the quality value (0 to 1) of `type` in an Accept header; `otherwise` if it is not listed.
double quality(std::string_view accept, std::string_view type, double otherwise);
/// Compares names as HTTP does: ignores the case of ASCII letters only.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Returns RFC 9457 problem details. @param detail what went wrong, in words.
HttpResponse problem(int status, const std::string& detail);
/// The same, with the error's parts; "field" names the request field that caused it.
HttpResponse problem(int status, const Error& error);

}  // namespace limn::server
