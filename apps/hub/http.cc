#include "apps/hub/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "base/environment.h"
#include "limn/error.h"

namespace limn::hub {
namespace {

constexpr std::size_t most_body = std::size_t{16} << 20;
constexpr int most_redirects = 8, most_tries = 5;
constexpr std::chrono::seconds longest_pause{120};
constexpr long connect_seconds = 30, silent_seconds = 60;

/// Global initialization of curl, for the lifetime of the program.
struct Curl {
  Curl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~Curl() { curl_global_cleanup(); }
};

/// Assembles the response to one request. Exceptions must not pass through curl's C code.
struct Receiver {
  HttpAnswer answer;
  const HttpRequest& request;
  std::exception_ptr thrown = {};

  void add_header(std::string_view line) {
    if (line.starts_with("HTTP/"))
      return answer.headers.clear();  // a new response begins; the previous one was a proxy's
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    line.remove_prefix(colon + 1);
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!line.empty() && blank(line.front())) line.remove_prefix(1);
    while (!line.empty() && blank(line.back())) line.remove_suffix(1);
    answer.headers.insert_or_assign(std::move(name), std::string(line));
  }

  void add_data(std::string_view data) {
    if (request.on_data && (answer.status == 200 || answer.status == 206))
      request.on_data(answer, data);
    else
      answer.body += data.substr(0, most_body - std::min(most_body, answer.body.size()));
  }
};

struct Receiving {
  Receiver& receiver;
  CURL* curl;
};

std::size_t on_header(char* data, std::size_t, std::size_t size, void* receiving) {
  static_cast<Receiving*>(receiving)->receiver.add_header({data, size});
  return size;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* pointer) {
  auto& [receiver, curl] = *static_cast<Receiving*>(pointer);
  try {
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &receiver.answer.status);
    receiver.add_data({data, size});
    return size;
  } catch (...) {
    receiver.thrown = std::current_exception();
    return 0;
  }
}

/// Returns scheme, host and port of an address: only the endpoint's origin receives the token.
std::string origin(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), curl_url_cleanup);
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "";
  std::string result;
  for (const CURLUPart part : {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT}) {
    char* text = nullptr;
    if (curl_url_get(parts.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
    result += std::string(text) + " ";
    curl_free(text);
  }
  return result;
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

struct HttpClient::Handle {
  CURL* curl = curl_easy_init();
  ~Handle() { curl_easy_cleanup(curl); }
};

std::string_view HttpAnswer::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

HttpClient::HttpClient(std::string endpoint, std::optional<std::string> token)
    : endpoint_(std::move(endpoint)), token_(std::move(token)) {
  static const Curl curl;
  handle_ = std::make_unique<Handle>();
  if (handle_->curl == nullptr) throw std::bad_alloc();
  while (endpoint_.ends_with('/')) endpoint_.pop_back();
  if (origin(endpoint_).empty() || !endpoint_.starts_with("http"))
    throw Error({.file = "HF_ENDPOINT", .found = endpoint_, .expected = "an address such as https://huggingface.co"});
}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

HttpAnswer HttpClient::send_once(const HttpRequest& request, const std::string& url) {
  CURL* const curl = handle_->curl;
  Receiver receiver{.answer = {}, .request = request};
  receiver.answer.url = url;
  Receiving receiving{receiver, curl};
  char failure[CURL_ERROR_SIZE] = "";
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, failure);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "limn");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_seconds);
  // libcurl itself does not read it. A wheel brings Debian's libcurl, whose list of authorities others may not have.
  if (const auto authorities = environment("SSL_CERT_FILE"))
    curl_easy_setopt(curl, CURLOPT_CAINFO, authorities->c_str());
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, silent_seconds);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
  if (request.headers_only) curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  std::unique_ptr<curl_slist, FreeHeaders> headers;
  const auto add = [&](const std::string& header) {
    headers.reset(curl_slist_append(headers.release(), header.c_str()));
  };
  add("Accept-Encoding: identity");  // sizes and offsets must be those of the file
  if (request.first_byte > 0) add(fmt::format("Range: bytes={}-", request.first_byte));
  if (token_ && origin(url) == origin(endpoint_)) add("Authorization: Bearer " + *token_);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());

  const CURLcode code = curl_easy_perform(curl);
  if (receiver.thrown) std::rethrow_exception(receiver.thrown);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &receiver.answer.status);
  if (code != CURLE_OK) {
    receiver.answer.status = 0;
    receiver.answer.untrusted =
        code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
    receiver.answer.failure = *failure ? failure : curl_easy_strerror(code);
  } else if (is_redirect(receiver.answer.status)) {
    char* target = nullptr;
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &target);
    receiver.answer.headers["location"] = target ? target : "";
  }
  return std::move(receiver.answer);
}

HttpAnswer HttpClient::send(const HttpRequest& request) {
  std::string url = request.url;
  for (int redirects = 0; redirects <= most_redirects; ++redirects) {
    HttpAnswer answer = send_once(request, url);
    const std::string target(answer.header("location"));
    if (!is_redirect(answer.status) || target.empty()) return answer;
    if (request.stay && origin(target) != origin(url)) return answer;
    if (url.starts_with("https:") && !target.starts_with("https:"))
      throw Error({.file = url, .found = "a redirect to " + target, .expected = "an encrypted address (https)"});
    url = target;
  }
  throw Error(
      {.file = request.url, .found = fmt::format("more than {} redirects", most_redirects), .expected = "an answer"});
}

HttpAnswer HttpClient::ask(const HttpRequest& request) {
  for (RetryPolicy retries;;) {
    HttpAnswer answer = send(request);
    if (!RetryPolicy::is_retryable(answer)) return answer;
    retries.wait(answer);
  }
}

bool RetryPolicy::is_retryable(const HttpAnswer& answer) {
  return answer.status == 0 || answer.status == 429 || answer.status >= 500;
}

void RetryPolicy::wait(const HttpAnswer& answer) {
  using std::chrono::milliseconds;
  const std::string found = answer.status == 0 ? answer.failure : fmt::format("HTTP status {}", answer.status);
  if (answer.untrusted)
    throw Error({.file = answer.url,
                 .found = found,
                 .expected = "a certificate of an authority that is trusted",
                 .hint = "SSL_CERT_FILE names a file of such authorities' certificates"});
  if (++tries_ == most_tries) {
    throw Error(
        {.file = answer.url,
         .found = found,
         .expected = "an answer",
         .hint = fmt::format("tried {} times; downloaded data is kept, and the same command resumes the "
                             "download. Check the network connection, and whether it needs a proxy (https_proxy)",
                             most_tries)});
  }
  milliseconds pause{250 << (tries_ - 1)};
  const std::string_view asked = answer.header("retry-after");
  long seconds = 0;
  const auto parsed = std::from_chars(asked.data(), asked.data() + asked.size(), seconds);
  if (!asked.empty() && parsed.ec == std::errc() && seconds >= 0) {
    if (seconds > longest_pause.count()) {
      throw Error(
          {.file = answer.url,
           .found = found,
           .expected = "an answer",
           .hint = fmt::format("the server asks to try again in {} seconds; downloaded data is kept", seconds)});
    }
    pause = std::max(pause, milliseconds(seconds * 1000));
  }
  std::this_thread::sleep_for(pause);
}

std::string url_path(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace limn::hub
