#include "text/files/tokenizer_document.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/json_members.h"
#include "limn/error.h"

namespace limn {
namespace {

using Json = nlohmann::json;

/// Receives the parser's events.
class DocumentReader {
 public:
  DocumentReader(TokenizerDocument& document, const std::string& file) : document_(document), file_(file) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) {
    if (list_ == List::tokens) return add_token(value);
    return list_ == List::scored ? add_score(static_cast<double>(value)) : add(value);
  }
  bool number_unsigned(std::uint64_t value) {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    if (list_ == List::tokens) return add_token(static_cast<std::int64_t>(std::min(value, largest)));
    return list_ == List::scored ? add_score(static_cast<double>(value)) : add(value);
  }
  bool number_float(double value, const std::string&) { return list_ == List::scored ? add_score(value) : add(value); }
  bool string(std::string& value) {
    if (list_ == List::scored) return add_scored(value);
    return list_ == List::merges ? add_merge(value) : add(std::move(value));
  }
  bool binary(Json::binary_t&) { return false; }  // JSON text has none
  bool start_object(std::size_t) {
    const bool in_model = is_in_model();
    const bool model = open_.size() == 1 && key_ == "model";
    open(Json::object());
    if (model) model_ = open_.back();
    if (in_model && key_ == "vocab") list_ = List::tokens;
    return true;
  }
  bool key(std::string& name) {
    if (list_ != List::tokens && open_.back()->contains(name)) {
      throw Error(
          {.file = file_, .thing = "key " + shown_name(name), .found = "twice in one object", .expected = "once"});
    }
    key_ = name;
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) {
    if (list_ == List::scored || list_ == List::merges) return start_item();
    const bool in_model = is_in_model();
    open(Json::array());
    if (in_model && key_ == "vocab") list_ = List::scored;
    if (in_model && key_ == "merges") list_ = List::merges;
    return true;
  }
  bool end_array() {
    if ((list_ == List::scored || list_ == List::merges) && item_size_) return end_item();
    return close();
  }
  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }

 private:
  enum class List { none, tokens, scored, merges };  // the list being read

  bool is_in_model() const { return list_ == List::none && open_.size() == 2 && model_ == open_[1]; }

  [[noreturn]] void refuse(const std::string& item, std::string found, std::string expected) const {
    throw Error({.file = file_,
                 .thing = std::string("model.") + (list_ == List::merges ? "merges" : "vocab") + item,
                 .found = std::move(found),
                 .expected = std::move(expected)});
  }
  [[noreturn]] void refuse_item(std::string found) const {
    const std::size_t index = list_ == List::merges ? document_.merges.size() : document_.scores.size();
    refuse("[" + std::to_string(index) + "]", std::move(found),
           list_ == List::merges ? "two tokens" : "a token and its score");
  }

  Json* place(Json value) {
    if (list_ == List::tokens) refuse(", token " + shown_name(key_), shown(value), "its id");
    if (list_ != List::none) refuse_item(shown(value));
    if (open_.empty()) return &(document_.root = std::move(value));
    if (open_.back()->is_array()) return &open_.back()->emplace_back(std::move(value));
    return &((*open_.back())[key_] = std::move(value));
  }
  bool add(Json value) { return place(std::move(value)) != nullptr; }
  void open(Json value) {
    if (open_.size() == deepest_json)
      throw Error({.file = file_, .found = "JSON nested deeper than " + std::to_string(deepest_json) + " levels"});
    open_.push_back(place(std::move(value)));
  }
  bool close() {
    open_.pop_back();
    list_ = List::none;
    return true;
  }

  bool add_token(std::int64_t id) {
    document_.tokens.add(key_, id);
    return true;
  }

  // ["token", score] and ["left", "right"]; also "left right".
  bool start_item() {
    if (item_size_) refuse_item("a list in a list");
    item_size_ = 0;
    return true;
  }
  bool end_item() {
    if (*item_size_ != 2) refuse_item("a list of " + std::to_string(*item_size_));
    item_size_.reset();
    if (list_ == List::merges) document_.merges.push_back(std::move(merge_));
    return true;
  }
  bool add_scored(const std::string& token) {
    if (item_size_ != 0U) refuse_item(shown_name(token));
    document_.tokens.add(token, static_cast<std::int64_t>(document_.scores.size()));
    ++*item_size_;
    return true;
  }
  bool add_score(double score) {
    if (item_size_ != 1U) refuse_item("a number");
    document_.scores.push_back(score);
    ++*item_size_;
    return true;
  }
  bool add_merge(std::string& text) {
    if (item_size_) {
      if (*item_size_ >= 2) refuse_item("a third token");
      (*item_size_ == 0 ? merge_.first : merge_.second) = std::move(text);
      ++*item_size_;
      return true;
    }
    const std::size_t blank = text.find(' ');
    if (blank == text.npos || text.find(' ', blank + 1) != text.npos) refuse_item(shown_name(text));
    document_.merges.emplace_back(text.substr(0, blank), text.substr(blank + 1));
    return true;
  }

  TokenizerDocument& document_;
  const std::string& file_;
  std::vector<Json*> open_;  // from the root inwards
  const Json* model_ = nullptr;
  std::string key_;
  List list_ = List::none;
  std::optional<std::size_t> item_size_;  // of the list item being read
  Bpe::Merge merge_;
};

}  // namespace

TokenizerDocument TokenizerDocument::parse(std::string_view text, const std::string& file) {
  TokenizerDocument document = {{}, Vocabulary::Builder(file, "model.vocab"), {}, {}};
  DocumentReader reader(document, file);
  if (!Json::sax_parse(text, &reader)) {
    parse_json(text, file);  // throws with the reason
    throw Error({.file = file, .found = "invalid JSON", .expected = "valid JSON"});
  }
  return document;
}

}  // namespace limn
