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

/// What a server said, or why it could not be asked.
struct HttpAnswer {
  long status = 0;                                          ///< 0: there was no answer, or it broke off
  std::string failure;                                      ///< why
  std::string url;                                          ///< who said it, after redirects
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;                                         ///< unless it went to on_data; cut after 16 MB

  /// A header's value; empty if there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpRequest {
  std::string url;
  bool headers_only = false;
  bool stay = false;             ///< do not follow redirects to other hosts: the answer is the redirect
  std::uint64_t first_byte = 0;  ///< ask for the rest from there
  /// Gets the body of an answer 200 or 206, piece by piece; the answer's headers are complete then.
  std::function<void(const HttpAnswer&, std::string_view)> on_data = {};
};

/// Asks one hub over HTTP or HTTPS. Proxies are those of the environment (http_proxy, https_proxy, no_proxy).
class HttpClient {
 public:
  /// @param endpoint "https://huggingface.co". @param token is shown to the endpoint's host and no other.
  HttpClient(std::string endpoint, std::optional<std::string> token);
  HttpClient(HttpClient&&) noexcept;
  ~HttpClient();

  /// Asks once and follows redirects; one from HTTPS to HTTP is an Error. Throws what on_data throws.
  HttpAnswer send(const HttpRequest& request);
  /// Asks until there is an answer that another try would not change; see Patience.
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

/// How often and after which pauses something is tried again: for no answer, 429 and 5xx, five times in a row, after
/// 0.25, 0.5, 1 and 2 seconds or what Retry-After says.
class Patience {
 public:
  /// Whether another try may change the answer.
  static bool may_change(const HttpAnswer& answer);
  /// Waits before the next try. @throws Error if it was the last, or if the server asks for more than two minutes.
  void wait(const HttpAnswer& answer);
  /// Something went forward: the count begins anew.
  void forget() { tries_ = 0; }

 private:
  int tries_ = 0;
};

/// Percent-encoded as a part of a path; '/' stays.
std::string url_path(std::string_view text);

}  // namespace limn::hub
