#include "render/display_text.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>

#include "base/utf8.h"

namespace limn {
namespace {

constexpr std::size_t block_bytes = 256;

struct CodePoint {
  utf8proc_int32_t value = -1;  // negative: invalid UTF-8
  std::size_t bytes = 1;
};

CodePoint first_code_point(std::string_view text) {
  if (text.empty()) return {};
  const DecodedCodePoint decoded = decode_utf8(text, 0);
  return {decoded.value ? static_cast<utf8proc_int32_t>(*decoded.value) : -1, decoded.bytes};
}

bool starts_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// Unicode's Bidi_Control property.
bool is_bidi_control(utf8proc_int32_t point) {
  return point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

// Some programs break lines at line and paragraph separators; U+FFFE and U+FFFF are not allowed in XML.
bool breaks_layout(utf8proc_int32_t point) {
  return (point >= 0x80 && point <= 0x9F) || point == 0x2028 || point == 0x2029 || (point & 0xFFFE) == 0xFFFE;
}

bool is_regional_indicator(utf8proc_int32_t point) { return point >= 0x1F1E6 && point <= 0x1F1FF; }

std::string utf8(utf8proc_int32_t point) {
  std::string text;
  append_utf8(static_cast<char32_t>(point), text);
  return text;
}

}  // namespace

std::vector<Cluster> clusters(std::string_view text) {
  std::vector<Cluster> result;
  utf8proc_int32_t previous = 0, state = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const CodePoint point = first_code_point(text.substr(begin));
    const bool joins = begin > 0 && !utf8proc_grapheme_break_stateful(previous, point.value, &state);
    // Emoji presentation and flags are two columns wide, which the width of their single code points does not show.
    const bool wide = joins && (point.value == 0xFE0F || is_regional_indicator(point.value));
    const auto own = wide ? 2 : static_cast<std::size_t>(std::max(0, utf8proc_charwidth(point.value)));
    if (joins) {
      Cluster& cluster = result.back();
      cluster.text = {cluster.text.data(), cluster.text.size() + point.bytes};
      cluster.columns = std::max(cluster.columns, own);
    } else {
      result.push_back({text.substr(begin, point.bytes), own});
    }
    previous = point.value;
    begin += point.bytes;
  }
  return result;
}

std::size_t columns(std::string_view text) {
  std::size_t total = 0;
  for (const Cluster& cluster : clusters(text)) total += cluster.columns;
  return total;
}

std::string visible(std::string_view text, Visible options) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    const CodePoint point = first_code_point(text.substr(begin));
    const std::string_view bytes = text.substr(begin, point.bytes);
    begin += point.bytes;
    if (point.value < 0) {
      result += "\xEF\xBF\xBD";
    } else if (options.keep_layout && (point.value == '\n' || point.value == '\t')) {
      result += bytes;
    } else if (options.keep_layout && point.value == '\r' && begin < text.size() && text[begin] == '\n') {
      // The line feed that follows ends the line.
    } else if (point.value < 0x20) {
      result += utf8(0x2400 + point.value);
    } else if (point.value == 0x7F) {
      result += utf8(0x2421);
    } else if (breaks_layout(point.value) || (!options.keep_bidi && is_bidi_control(point.value))) {
      result += fmt::format("<U+{:04X}>", point.value);
    } else {
      result += bytes;
    }
  }
  return result;
}

std::string shorten(std::string_view text, std::size_t limit) {
  // A cluster can have many code points; a label does not need them all.
  constexpr std::size_t most_bytes_a_column = 64;
  const bool cut = text.size() / most_bytes_a_column > limit;
  if (cut) text = text.substr(0, limit * most_bytes_a_column);
  while (cut && !text.empty() && !starts_code_point(text.back())) text.remove_suffix(1);
  if (cut && !text.empty()) text.remove_suffix(1);

  std::string line;
  for (const char byte : text) {
    const bool space = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    if (!space)
      line += byte;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  line = visible(line);

  std::string result;
  std::size_t used = 0, kept = 0;  // kept: the bytes after which an ellipsis still fits
  for (const Cluster& cluster : clusters(line)) {
    if (used + cluster.columns > limit) return result.substr(0, kept) + "…";
    result += cluster.text;
    used += cluster.columns;
    if (used < limit) kept = result.size();
  }
  return cut ? result.substr(0, kept) + "…" : result;
}

std::string lower_case(std::string_view text) {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const CodePoint point = first_code_point(text.substr(begin));
    result += point.value < 0 ? std::string(text.substr(begin, point.bytes)) : utf8(utf8proc_tolower(point.value));
    begin += point.bytes;
  }
  return result;
}

bool is_punctuation(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto [code, bytes] = decode_utf8(text, at);
    at += bytes;
    if (!code) return false;
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(*code));
    const bool ascii_symbol = *code < 0x80 && category >= UTF8PROC_CATEGORY_SM && category <= UTF8PROC_CATEGORY_SO;
    const bool punctuation = category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
    const bool blank = category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_CO;
    if (!ascii_symbol && !punctuation && !blank) return false;
  }
  return !text.empty();
}

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char byte : text) {
    switch (byte) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += byte;
    }
  }
  return result;
}

CodePoints::CodePoints(std::string_view text) : text_(text) {
  before_block_.reserve(text.size() / block_bytes + 1);
  std::size_t count = 0;
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    if (byte % block_bytes == 0) before_block_.push_back(count);
    count += starts_code_point(text[byte]);
  }
  if (text.size() % block_bytes == 0) before_block_.push_back(count);
}

std::size_t CodePoints::before(std::size_t byte) const {
  byte = std::min(byte, text_.size());
  const std::size_t block = byte / block_bytes;
  const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(block * block_bytes);
  const auto end = text_.begin() + static_cast<std::ptrdiff_t>(byte);
  return before_block_[block] + static_cast<std::size_t>(std::count_if(begin, end, starts_code_point));
}

}  // namespace limn
