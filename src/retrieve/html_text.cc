#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "limn/error.h"
#include "retrieve/documents.h"

namespace limn {
namespace {

std::string_view name_of(const xmlNode& node) { return reinterpret_cast<const char*>(node.name); }

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 7> hidden = {"script", "style", "noscript", "template", "head", "svg", "nav"};
/// Elements within a line.
constexpr std::array<std::string_view, 20> inline_elements = {"a",    "abbr", "b",    "bdi",    "cite", "code", "em",
                                                              "i",    "kbd",  "mark", "q",      "s",    "samp", "small",
                                                              "span", "sub",  "sup",  "strong", "u",    "var"};

/// Collects text; white space is one space, blocks are lines.
class TextOfPage {
 public:
  void add(const xmlNode& first) {
    for (const xmlNode* node = &first; node != nullptr; node = node->next) {
      if (node->type == XML_TEXT_NODE) {
        add_words(reinterpret_cast<const char*>(node->content));
      } else if (node->type == XML_ELEMENT_NODE && !is_one_of(name_of(*node), hidden)) {
        const bool block = !is_one_of(name_of(*node), inline_elements);
        if (block) end_line();
        if (node->children != nullptr) add(*node->children);
        if (block) end_line();
      }
    }
  }
  std::string take() {
    end_line();
    return std::move(text_);
  }

 private:
  void add_words(std::string_view words) {
    for (const char byte : words) {
      const bool space = byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f';
      if (space) {
        pending_ = !line_empty_;
        continue;
      }
      if (pending_) text_ += ' ';
      pending_ = line_empty_ = false;
      text_ += byte;
    }
  }
  void end_line() {
    if (!line_empty_) text_ += '\n';
    line_empty_ = true, pending_ = false;
  }

  std::string text_;
  bool line_empty_ = true, pending_ = false;
};

const xmlNode* find(const xmlNode* first, std::string_view name) {
  for (const xmlNode* node = first; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    if (name_of(*node) == name) return node;
    if (const xmlNode* inner = find(node->children, name)) return inner;
  }
  return nullptr;
}

}  // namespace

HtmlText html_text(std::string_view html) {
  if (html.size() > INT_MAX)
    throw Error({.found = std::to_string(html.size()) + " bytes", .expected = "an HTML page of at most 2 GB"});
  const std::unique_ptr<xmlDoc, void (*)(xmlDoc*)> page(
      htmlReadMemory(html.data(), static_cast<int>(html.size()), nullptr, "UTF-8",
                     HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET),
      xmlFreeDoc);
  HtmlText result;
  const xmlNode* root = page ? xmlDocGetRootElement(page.get()) : nullptr;
  if (root == nullptr) return result;
  if (const xmlNode* title = find(root, "title"); title != nullptr && title->children != nullptr) {
    TextOfPage text;
    text.add(*title->children);
    result.title = text.take();
    while (result.title.ends_with('\n')) result.title.pop_back();
  }
  const xmlNode* body = find(root, "body");
  TextOfPage text;
  text.add(body != nullptr && body->children != nullptr ? *body->children : *root);
  result.text = text.take();
  return result;
}

}  // namespace limn
