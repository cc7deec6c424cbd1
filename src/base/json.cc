#include "base/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <unordered_set>
#include <vector>

#include "base/json_members.h"
#include "base/output_file.h"
#include "limn/error.h"

namespace limn {
namespace {

constexpr std::size_t largest_bytes = 16'000'000;
constexpr std::size_t longest_shown = 100;

std::string position(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(text.size(), byte == 0 ? 0 : byte - 1));
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - line_begin + 1);
}

/// The reason in a message of the parser, which reads "[id] parse error at …: syntax error while … - REASON; details".
std::string reason(std::string_view message) {
  if (const std::size_t dash = message.find(" - "); dash != message.npos)
    message.remove_prefix(dash + 3);
  else if (const std::size_t bracket = message.find("] "); bracket != message.npos)
    message.remove_prefix(bracket + 2);
  message = message.substr(0, message.find(';'));
  constexpr std::string_view unexpected = "unexpected ";
  if (message.starts_with(unexpected)) message.remove_prefix(unexpected.size());
  return std::string(message);
}

std::string printable(std::string_view text, char quote) {
  using Json = nlohmann::json;
  const Json cut = std::string(text.substr(0, longest_shown));
  std::string result = cut.dump(-1, ' ', true, Json::error_handler_t::replace);
  result.front() = result.back() = quote;
  if (text.size() > longest_shown) result.insert(result.size() - 1, "…");
  return result;
}

/// Checks a document without storing it. The library's parser with a callback, which could check while it parses, takes
/// time quadratic in the length of a list of objects.
class Checker : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Checker(const std::string& file) : file_(file) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    open();
    return true;
  }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    throw Error(
        {.file = file_, .thing = "key " + shown_name(name), .found = "twice in one object", .expected = "once"});
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override {
    open();
    return true;
  }
  bool end_array() override { return close(); }
  /// Json::parse reports the error.
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

 private:
  void open() {
    keys_.emplace_back();
    if (keys_.size() <= deepest_json) return;
    throw Error({.file = file_, .found = "JSON nested deeper than " + std::to_string(deepest_json) + " levels"});
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  const std::string& file_;
  std::vector<std::unordered_set<std::string>> keys_;  // of the open objects and lists
};

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& file) {
  using Json = nlohmann::json;
  try {
    Checker checker(file);
    Json::sax_parse(text, &checker);
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw Error({.file = file,
                 .thing = position(text, error.byte),
                 .found = reason(error.what()),
                 .expected = "valid JSON",
                 .hint = error.byte > text.size() ? "the file may be cut off" : ""});
  } catch (const Json::exception& error) {
    throw Error({.file = file, .found = reason(error.what()), .expected = "valid JSON"});
  }
}

nlohmann::json read_json(const std::filesystem::path& path) {
  std::error_code ignored;  // read_file reports the error
  const auto bytes = std::filesystem::file_size(path, ignored);
  if (!ignored && bytes > largest_bytes) {
    throw Error({.file = path.string(),
                 .found = std::to_string(bytes) + " bytes",
                 .expected = "a JSON file of at most " + std::to_string(largest_bytes) + " bytes"});
  }
  return parse_json(read_file(path), path.string());
}

std::string shown(const nlohmann::json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return printable(value.get_ref<const std::string&>(), '"');
  return value.dump();
}

std::string shown_name(std::string_view name) { return printable(name, '\''); }

}  // namespace limn
