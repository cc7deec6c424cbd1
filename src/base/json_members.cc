#include "base/json_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "limn/error.h"

namespace limn {
namespace {

using Json = nlohmann::json;

/// Records each member while it is parsed. The library's ordered JSON object would compare each new name with all
/// earlier names.
class MemberReader : public nlohmann::json_sax<Json> {
 public:
  explicit MemberReader(std::string_view document) : document_(document) {}

  bool null() override { return scalar("null", "null"); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false", "boolean"); }
  bool number_integer(number_integer_t value) override { return scalar(Json(value).dump(), "number"); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(Json(value).dump(), "number"); }
  bool number_float(number_float_t value, const string_t&) override { return scalar(Json(value).dump(), "number"); }
  bool string(string_t& value) override {
    if (depth_ == 1 && kind_ == "object") return begin_value(), finish(std::move(value), true);
    return scalar(Json(value).dump(), "string");
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open('{', "object"); }
  bool end_object() override { return close('}'); }
  bool start_array(std::size_t) override { return open('[', "array"); }
  bool end_array() override { return close(']'); }
  bool key(string_t& name) override {
    if (depth_ == 1) {
      const auto [place, is_new] = index_of_.emplace(name, members_.size());
      if (is_new) members_.push_back({.name = name});
      member_ = place->second;
      return true;
    }
    separate();
    text_ += Json(name).dump() + ':';
    after_name_ = true;
    return true;
  }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::json::exception& failure) override {
    if (dynamic_cast<const Json::out_of_range*>(&failure) != nullptr)
      throw Error({.found = "a number that is too large", .expected = "numbers of at most 1.8e308"});
    // Python writes these words. The byte is the first one that does not fit.
    for (const std::string_view word : {"NaN", "Infinity"}) {
      const std::size_t first = byte == 0 ? 0 : byte - 1;
      if (!document_.substr(std::min(first, document_.size())).starts_with(word)) continue;
      throw Error({.found = fmt::format("{} at byte {}", word, byte),
                   .expected = "one JSON object per line",
                   .hint = fmt::format("JSON has no {}: write null", word)});
    }
    throw Error({.found = fmt::format("invalid JSON at byte {}", byte), .expected = "one JSON object per line"});
  }

  std::vector<std::pair<std::string, std::string>> finish(std::set<std::string>* strings) {
    if (kind_ != "object") throw Error({.found = "a JSON " + kind_, .expected = "a JSON object, {\"text\": …}"});
    std::vector<std::pair<std::string, std::string>> result;
    for (auto& [name, value, is_string] : members_) {
      if (!value) continue;
      if (is_string && strings) strings->insert(name);
      result.emplace_back(std::move(name), std::move(*value));
    }
    return result;
  }

 private:
  /// Appends a comma before a value or a name within a member, unless it is the first of its list or object.
  void separate() {
    if (after_name_)
      after_name_ = false;
    else if (!text_.empty() && text_.back() != '[' && text_.back() != '{')
      text_ += ',';
  }
  void begin_value() {
    if (depth_ <= 1)
      text_.clear();
    else
      separate();
  }
  bool finish(std::optional<std::string> value, bool is_string = false) {
    if (kind_ == "object") members_[member_].value = std::move(value), members_[member_].is_string = is_string;
    return true;
  }
  bool scalar(std::string_view text, const char* kind) {
    if (depth_ == 0) kind_ = kind;
    begin_value();
    text_ += text;
    if (depth_ == 1) return finish(text == "null" ? std::nullopt : std::optional(text_));
    return true;
  }
  bool open(char bracket, const char* kind) {
    if (depth_ == deepest_json)
      throw Error({.found = "JSON nested too deeply", .expected = fmt::format("at most {} levels", deepest_json)});
    if (depth_ == 0) {
      kind_ = kind;
    } else {
      begin_value();
      text_ += bracket;
    }
    ++depth_;
    return true;
  }
  bool close(char bracket) {
    if (--depth_ == 0) return true;
    text_ += bracket;
    return depth_ == 1 ? finish(std::move(text_)) : true;
  }

  struct Member {
    std::string name;
    std::optional<std::string> value = {};
    bool is_string = false;
  };

  const std::string_view document_;
  std::vector<Member> members_;
  std::unordered_map<std::string, std::size_t> index_of_;  // of each name in members_
  std::size_t member_ = 0;                                 // index of the member whose value is being read
  std::string kind_;                                       // type of the whole document
  std::string text_;                                       // JSON text of a value that is not a string
  std::size_t depth_ = 0;                                  // number of open brackets
  bool after_name_ = false;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> json_members(std::string_view text, std::set<std::string>* strings) {
  MemberReader reader(text);
  Json::sax_parse(text, &reader);
  return reader.finish(strings);
}

}  // namespace limn
