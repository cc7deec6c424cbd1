#include "limn/error.h"

namespace limn {
namespace {

std::string message(const Error::Parts& parts, std::string_view field) {
  std::string text = parts.file;
  const auto add = [&](const char* separator, const char* label, const std::string& part) {
    if (part.empty()) return;
    if (!text.empty()) text += separator;
    text += label + part;
  };
  add(": ", "", std::string(field));
  add(": ", "", parts.thing);
  add(": ", "found ", parts.found);
  add(parts.found.empty() ? ": " : ", ", "expected ", parts.expected);
  add("; ", "", parts.hint);
  return text;
}

}  // namespace

Error::Error(Parts parts) : std::runtime_error(message(parts, parts.field)), parts_(std::move(parts)) {}

std::string Error::message_with(std::string_view field) const { return message(parts_, field); }

}  // namespace limn
