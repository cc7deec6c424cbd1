#pragma once

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

/// A small markup reader for tests, which checks that tags are balanced and text is escaped.

namespace limn::markup {

/// Returns the first error in the markup, or nothing. Elements in `empty_elements` have no end tag; the content of
/// <style> and <script> is not checked.
inline std::string fault(std::string_view markup, const std::vector<std::string>& empty_elements = {}) {
  std::vector<std::string> open;
  const auto known_reference = [](std::string_view rest) {
    for (const std::string_view name : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
      if (rest.starts_with(name)) return true;
    return false;
  };
  for (std::size_t i = 0; i < markup.size();) {
    const std::string_view rest = markup.substr(i);
    if (rest[0] == '&' && !known_reference(rest)) return "bare ampersand: " + std::string(rest.substr(0, 40));
    if (rest[0] == '>') return "bare >: " + std::string(rest.substr(0, 40));
    const auto byte = static_cast<unsigned char>(rest[0]);
    if (byte < 0x20 && byte != '\n' && byte != '\t') return "control character " + std::to_string(byte);
    if (rest[0] != '<') {
      ++i;
      continue;
    }
    if (rest.starts_with("<!DOCTYPE html>")) {
      i += 15;
      continue;
    }
    // A tag: a name, attributes in double quotes, an end.
    std::size_t at = 1;
    const bool closes = rest.size() > 1 && rest[1] == '/';
    if (closes) ++at;
    std::string name;
    while (at < rest.size() && std::isalnum(static_cast<unsigned char>(rest[at]))) name += rest[at++];
    if (name.empty()) return "bare <: " + std::string(rest.substr(0, 40));
    bool quoted = false;
    while (at < rest.size() && (quoted || rest[at] != '>')) {
      if (rest[at] == '"') quoted = !quoted;
      if (rest[at] == '<') return "< in tag " + name;
      if (quoted && rest[at] == '&' && !known_reference(rest.substr(at))) return "bare ampersand in tag " + name;
      ++at;
    }
    if (at >= rest.size()) return "tag without end: " + name;
    const bool closed_at_once = rest[at - 1] == '/';
    i += at + 1;
    if (closes) {
      if (open.empty() || open.back() != name) return "unexpected </" + name + ">";
      open.pop_back();
    } else if (!closed_at_once) {
      bool is_empty = false;
      for (const std::string& empty : empty_elements) is_empty = is_empty || empty == name;
      if (!is_empty) open.push_back(name);
      if (name == "script" || name == "style") {
        const auto end = markup.find("</" + name + ">", i);
        if (end == std::string_view::npos) return "no end of " + name;
        i = end;
      }
    }
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

/// Returns the visible text: without tags, and with character references replaced.
inline std::string text(std::string_view markup) {
  std::string result;
  for (std::size_t i = 0; i < markup.size(); ++i) {
    const std::string_view rest = markup.substr(i);
    if (rest[0] == '<') {
      i = markup.find('>', i);
      if (i == std::string_view::npos) break;
    } else if (rest.starts_with("&amp;"))
      result += '&', i += 4;
    else if (rest.starts_with("&lt;"))
      result += '<', i += 3;
    else if (rest.starts_with("&gt;"))
      result += '>', i += 3;
    else if (rest.starts_with("&quot;"))
      result += '"', i += 5;
    else if (rest.starts_with("&#39;"))
      result += '\'', i += 4;
    else
      result += rest[0];
  }
  return result;
}

/// Returns the part after the n-th `from` (n = 0: the first) up to the next `to`; empty if there is none.
inline std::string between(std::string_view markup, std::string_view from, std::string_view to, int n = 0) {
  std::size_t begin = 0;
  for (int i = 0; i <= n; ++i) {
    begin = markup.find(from, begin);
    if (begin == std::string_view::npos) return {};
    begin += from.size();
  }
  const std::size_t end = markup.find(to, begin);
  return std::string(markup.substr(begin, end == std::string_view::npos ? end : end - begin));
}

inline std::size_t count(std::string_view markup, std::string_view part) {
  std::size_t result = 0;
  for (std::size_t at = markup.find(part); at != std::string_view::npos; at = markup.find(part, at + part.size()))
    ++result;
  return result;
}

}  // namespace limn::markup
