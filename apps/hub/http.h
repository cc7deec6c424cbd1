#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace limn::hub {

/// A server's response, or the reason why there is none.
struct HttpAnswer {
  long status = 0;                                          ///< 0: no response, or an incomplete one
  std::string failure;                                      ///< why
  std::string url;                                          ///< the address that responded, after redirects
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;                                         ///< unless on_data received it; truncated to 16 MB
  bool untrusted = false;                                   ///< no response: the server's certificate is not valid

  /// Returns a header's value; empty if the header is missing.
  std::string_view header(std::string_view name) const;
};

struct HttpRequest {
  std::string url;
  bool headers_only = false;
  bool stay = false;             ///< do not follow redirects to other hosts: the redirect is the response
  std::uint64_t first_byte = 0;  ///< request the file from this offset
  /// Receives the body of a 200 or 206 response in chunks, after all headers.
  std::function<void(const HttpAnswer&, std::string_view)> on_data = {};
};

/// Sends requests to one hub over HTTP or HTTPS, through the proxies of the environment (http_proxy, https_proxy,
/// no_proxy).
class HttpClient {
 public:
  /// @param endpoint such as "https://huggingface.co". @param token is sent only to the endpoint's origin.
  HttpClient(std::string endpoint, std::optional<std::string> token);
  HttpClient(HttpClient&&) noexcept;
  ~HttpClient();

  /// Sends the request once and follows redirects. @throws Error for a redirect from HTTPS to HTTP, and whatever
  /// on_data throws.
  HttpAnswer send(const HttpRequest& request);
  /// Repeats the request until a retry would not change the response; see RetryPolicy.
  HttpAnswer ask(const HttpRequest& request);

  const std::string& endpoint() const { return endpoint_; }
  bool has_token() const { return token_.has_value(); }

 private:
  HttpAnswer send_once(const HttpRequest& request, const std::string& url);

  struct Handle;
  std::unique_ptr<Handle> handle_;
  std::string endpoint_;
  std::optional<std::string> token_;
};

/// Decides about retries: after no response, 429 or 5xx, up to five tries in a row, after pauses of 0.25, 0.5, 1 and 2
/// seconds or the value of Retry-After.
class RetryPolicy {
 public:
  /// Whether a retry may change the response.
  static bool is_retryable(const HttpAnswer& answer);
  /// Waits before the next try. @throws Error if there are no tries left, if the server asks for a pause of more than
  /// two minutes, or if its certificate is not valid.
  void wait(const HttpAnswer& answer);
  /// Restarts the count after progress was made.
  void reset() { tries_ = 0; }

 private:
  int tries_ = 0;
};

/// Percent-encodes a part of a path, except '/'.
std::string url_path(std::string_view text);

}  // namespace limn::hub
