#include "apps/server/http.h"

#include <cctype>
#include <nlohmann/json.hpp>

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

bool is_option_character(char c) { return (c >= 'a' && c <= 'z') || c == '-'; }

/// Options as fields: "--max-length 9" becomes "max_length 9".
std::string with_fields(std::string_view message) {
  std::string text;
  for (std::size_t i = 0; i < message.size();) {
    const bool begins = message.substr(i, 2) == "--" && i + 2 < message.size() && message[i + 2] >= 'a' &&
                        message[i + 2] <= 'z' && (i == 0 || !is_option_character(message[i - 1]));
    if (!begins) {
      text += message[i++];
      continue;
    }
    for (i += 2; i < message.size() && is_option_character(message[i]); i++)
      text += message[i] == '-' ? '_' : message[i];
  }
  return text;
}

Json problem_value(int status, const std::string& detail) {
  return {{"type", "about:blank"}, {"title", status_phrase(status)}, {"status", status}, {"detail", detail}};
}

HttpResponse problem_response(int status, const Json& value) {
  return {.status = status,
          .content_type = "application/problem+json",
          .body = make_body(value.dump(-1, ' ', false, Json::error_handler_t::replace))};
}

}  // namespace

Body make_body(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

std::string_view status_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
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
  const Error::Parts& parts = error.parts();
  Json value = problem_value(status, with_fields(error.what()));
  const auto add = [&](const char* name, const std::string& part) {
    if (!part.empty()) value[name] = with_fields(part);
  };
  if (parts.thing.starts_with("--")) value["field"] = with_fields(parts.thing.substr(0, parts.thing.find(' ')));
  add("file", parts.file);
  add("thing", parts.thing);
  add("found", parts.found);
  add("expected", parts.expected);
  add("hint", parts.hint);
  return problem_response(status, value);
}

}  // namespace limn::server
