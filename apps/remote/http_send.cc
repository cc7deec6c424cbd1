#include "apps/remote/http_send.h"

#define CURL_DISABLE_TYPECHECK  // the options are set through a pointer
#include <curl/curl.h>
#include <dlfcn.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/environment.h"

namespace limn::remote {
namespace {

constexpr const char* library_name = "libcurl.so.4";
constexpr long connect_seconds = 10, usual_seconds = 60, most_seconds = 3600;

/// The functions of libcurl. Linking it would make every command start slower and 6 MB larger (docs/dependencies.md).
class Curl {
 public:
  static const Curl& get() {
    static const Curl loaded;
    return loaded;
  }

  decltype(&curl_easy_init) init = nullptr;
  decltype(&curl_easy_cleanup) cleanup = nullptr;
  decltype(&curl_easy_reset) reset = nullptr;
  decltype(&curl_easy_setopt) set = nullptr;
  decltype(&curl_easy_perform) perform = nullptr;
  decltype(&curl_easy_getinfo) info = nullptr;
  decltype(&curl_easy_strerror) error = nullptr;
  decltype(&curl_slist_append) append = nullptr;
  decltype(&curl_slist_free_all) free_list = nullptr;

 private:
  Curl() {
    library_ = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    decltype(&curl_global_init) begin = nullptr;
    find(begin, "curl_global_init");
    find(init, "curl_easy_init"), find(cleanup, "curl_easy_cleanup"), find(reset, "curl_easy_reset");
    find(set, "curl_easy_setopt"), find(perform, "curl_easy_perform"), find(info, "curl_easy_getinfo");
    find(error, "curl_easy_strerror"), find(append, "curl_slist_append"), find(free_list, "curl_slist_free_all");
    begin(CURL_GLOBAL_DEFAULT);  // for the lifetime of the program
  }

  template <class Function>
  void find(Function& function, const char* name) {
    function = library_ == nullptr ? nullptr : reinterpret_cast<Function>(::dlsym(library_, name));
    if (function == nullptr)
      throw Error({.file = library_name,
                   .found = library_ == nullptr ? "no such library" : "no function " + std::string(name),
                   .expected = "libcurl, which collections on servers need",
                   .hint = "install the package libcurl4"});
  }

  void* library_ = nullptr;
};

/// What is received of one answer.
struct Receiver {
  std::string body;
  std::size_t largest = 0;
  bool is_too_long = false;
};

std::size_t receive(char* data, std::size_t, std::size_t size, void* pointer) {
  auto& receiver = *static_cast<Receiver*>(pointer);
  receiver.is_too_long = receiver.body.size() + size > receiver.largest;
  if (receiver.is_too_long) return 0;  // ends the request
  try {
    receiver.body.append(data, size);
  } catch (...) {  // must not pass through curl's C code
    return 0;
  }
  return size;
}

struct Settings {
  std::optional<std::string> authorization, authorities;
  long seconds = usual_seconds;
};

Settings settings_of_environment() {
  Settings settings;
  settings.authorities = environment("LIMN_COLLECTION_CA_FILE");
  const auto key = environment("LIMN_COLLECTION_API_KEY"), user = environment("LIMN_COLLECTION_USER"),
             password = environment("LIMN_COLLECTION_PASSWORD");
  if (key && (user || password))
    throw Error({.thing = "the environment",
                 .found = "LIMN_COLLECTION_API_KEY and a user or a password",
                 .expected = "one way to say who asks"});
  if (user.has_value() != password.has_value())
    throw Error({.thing = "the environment",
                 .found = user ? "LIMN_COLLECTION_USER alone" : "LIMN_COLLECTION_PASSWORD alone",
                 .expected = "both"});
  for (const auto& text : {key, user, password})
    if (text && std::ranges::any_of(*text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
      throw Error({.thing = "the environment",
                   .found = "a control character in a user, password or key",
                   .expected = "one line"});
  if (key) settings.authorization = "Authorization: ApiKey " + *key;
  if (user) {
    const std::string pair = *user + ":" + *password;
    settings.authorization =
        "Authorization: Basic " + base64({reinterpret_cast<const std::uint8_t*>(pair.data()), pair.size()});
  }
  if (const auto seconds = environment("LIMN_COLLECTION_TIMEOUT")) {
    const char* const end = seconds->data() + seconds->size();
    const auto read = std::from_chars(seconds->data(), end, settings.seconds);
    if (read.ec != std::errc() || read.ptr != end || settings.seconds < 1 || settings.seconds > most_seconds)
      throw Error({.thing = "LIMN_COLLECTION_TIMEOUT",
                   .found = "'" + *seconds + "'",
                   .expected = "seconds from 1 to " + std::to_string(most_seconds)});
  }
  return settings;
}

/// One connection, which is kept between requests.
class Connection {
 public:
  explicit Connection(Settings settings) : settings_(std::move(settings)), handle_(curl_.init()) {
    if (handle_ == nullptr) throw std::bad_alloc();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { curl_.cleanup(handle_); }

  HttpReply send(const HttpCall& call) {
    const std::lock_guard lock(mutex_);
    Receiver receiver{.body = {}, .largest = call.largest_answer};
    char failure[CURL_ERROR_SIZE] = "";
    curl_.reset(handle_);
    const auto set = [&](CURLoption option, auto value) { curl_.set(handle_, option, value); };
    set(CURLOPT_URL, call.url.c_str());
    set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, failure);
    set(CURLOPT_USERAGENT, "limn");
    set(CURLOPT_ACCEPT_ENCODING, "");  // whatever libcurl decodes
    set(CURLOPT_CONNECTTIMEOUT, std::min(connect_seconds, settings_.seconds));
    set(CURLOPT_TIMEOUT, settings_.seconds);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (settings_.authorities) set(CURLOPT_CAINFO, settings_.authorities->c_str());
    set(CURLOPT_WRITEFUNCTION, &receive);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&receiver));
    curl_slist* headers = curl_.append(nullptr, "Expect:");  // no pause before a body
    if (settings_.authorization) headers = curl_.append(headers, settings_.authorization->c_str());
    if (!call.content_type.empty()) {
      headers = curl_.append(headers, ("Content-Type: " + call.content_type).c_str());
      set(CURLOPT_POSTFIELDS, call.body.data());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    }
    set(CURLOPT_HTTPHEADER, headers);
    const CURLcode code = curl_.perform(handle_);
    curl_.free_list(headers);
    HttpReply reply;
    if (code != CURLE_OK) {
      reply.failure = receiver.is_too_long ? "an answer of more than " + std::to_string(receiver.largest) + " bytes"
                      : *failure != '\0'   ? failure
                                           : curl_.error(code);
      return reply;
    }
    long status = 0;
    curl_.info(handle_, CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    reply.body = std::move(receiver.body);
    return reply;
  }

 private:
  const Curl& curl_ = Curl::get();
  Settings settings_;
  CURL* handle_;
  std::mutex mutex_;
};

}  // namespace

HttpSend http_send() {
  const auto connection = std::make_shared<Connection>(settings_of_environment());
  return [connection](const HttpCall& call) { return connection->send(call); };
}

}  // namespace limn::remote
