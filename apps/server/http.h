#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/error.h"

/// Requests and answers as the rest of the server sees them; the HTTP library stays in connection.cc and listener.cc.

namespace limn::server {

struct HttpRequest {
  std::string method;  ///< "GET"
  std::string path;    ///< without what follows a question mark
  /// Headers; empty: not there.
  std::string host, origin, content_type, accept, authorization, api_key, if_none_match;
  std::string body;
  std::string client;  ///< its address
};

using Body = std::shared_ptr<const std::string>;
Body make_body(std::string text);

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  Body body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool stream = false;  ///< the body comes in parts, by Exchange::push
};

/// One request and the way back to whom it came from. `respond` and `push` may be called from any thread, also after
/// the client has gone: then they do nothing.
struct Exchange {
  HttpRequest request;
  std::function<void(HttpResponse)> respond;              ///< to be called once
  std::function<void(std::string part, bool last)> push;  ///< after a response with `stream`
  std::atomic<int> outcome = 200;                         ///< of a stream: the status of what its last part tells
  std::atomic<bool> gone = false;                         ///< the client closed the connection
  std::shared_ptr<void> keeps_running;                    ///< the listener, as long as somebody may answer
};

using Handler = std::function<void(const std::shared_ptr<Exchange>&)>;

/// "Not Found".
std::string_view status_phrase(int status);

/// Of a header that lists media types: how much `type` is wanted, from 0 to 1; `otherwise` if it is not listed.
double quality(std::string_view accept, std::string_view type, double otherwise);
/// ASCII alone, as HTTP compares names.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// RFC 9457 problem details. @param detail what went wrong, for people.
HttpResponse problem(int status, const std::string& detail);
/// The same from an error's parts; "field" names the field of the request that it is about.
HttpResponse problem(int status, const Error& error);

}  // namespace limn::server
