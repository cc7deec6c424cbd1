#include "apps/server/http.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "render/json_parts.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

Json problem_value(int status, const std::string& detail) {
  return {{"type", "about:blank"}, {"title", status_phrase(status)}, {"status", status}, {"detail", detail}};
}

HttpResponse problem_response(int status, const Json& value) {
  return {.status = status,
          .content_type = "application/problem+json",
          .body = make_body(value.dump(-1, ' ', false, Json::error_handler_t::replace))};
}

}  // namespace

Body make_body(std::string text) {
  text.shrink_to_fit();  // it may be kept in the cache
  return std::make_shared<const std::string>(std::move(text));
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

double quality(std::string_view accept, std::string_view type, double otherwise) {
  const auto trimmed = [](std::string_view text) {
    const auto begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
    return begin == text.npos ? std::string_view() : text.substr(begin, end - begin + 1);
  };
  for (std::size_t begin = 0; begin < accept.size();) {
    const std::size_t end = std::min(accept.find(',', begin), accept.size());
    const std::string_view entry = accept.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t semicolon = std::min(entry.find(';'), entry.size());
    if (!equal_ignoring_case(trimmed(entry.substr(0, semicolon)), type)) continue;
    const std::size_t q = entry.find("q=", semicolon);
    double value = 1;
    if (q != entry.npos) std::from_chars(entry.data() + q + 2, entry.data() + entry.size(), value);
    return value;
  }
  return otherwise;
}

std::string_view status_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

HttpResponse problem(int status, const std::string& detail) {
  return problem_response(status, problem_value(status, detail));
}

HttpResponse problem(int status, const Error& error) {
  Json value = problem_value(status, error.what());
  add_parts(value, error);
  return problem_response(status, value);
}

}  // namespace limn::server
