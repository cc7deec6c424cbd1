#include "evaluate/conll.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/output_file.h"
#include "base/utf8.h"
#include "base/white_space.h"
#include "limn/error.h"
#include "task/entity_chunks.h"

namespace limn {
namespace {

struct Line {
  std::size_t number = 0;  // from 1
  bool begins_sentence = false;
  std::vector<std::string_view> columns;  // at least 2
};

/// Python's str.split().
std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> columns;
  bool inside = false;
  for (std::size_t begin = 0, i = 0; i < line.size(); begin = i) {
    if (is_python_space(next_code_point(line, i))) {
      inside = false;
    } else if (inside) {
      columns.back() = {columns.back().data(), columns.back().size() + i - begin};
    } else {
      columns.push_back(line.substr(begin, i - begin));
      inside = true;
    }
  }
  return columns;
}

bool is_ascii_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool is_type_character(char c) { return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

/// A type without a position: "PER", "geo-loc", "LABEL_1".
bool is_plain_type(std::string_view text) {
  return is_ascii_letter(text.front()) && std::ranges::all_of(text, is_type_character);
}

/// Splits the text into the lines that have a word.
std::vector<Line> lines_of(std::string_view text, const std::string& name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Line> lines;
  bool begins = true;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : std::min(end + 1, text.size()));
    const std::string location = fmt::format("{}, line {}", name, number);
    if (const auto offset = first_invalid_utf8(line)) {
      throw Error(
          {.file = location, .found = invalid_byte(line, *offset), .expected = "valid UTF-8", .hint = conversion_hint});
    }
    auto columns = split(line);
    if (columns.empty() || columns.front() == "-DOCSTART-") {
      begins = true;
      continue;
    }
    if (columns.front().starts_with('#') && (columns.size() == 1 || !standard_tag(columns.back()))) continue;
    if (columns.size() < 2) {
      throw Error({.file = location,
                   .found = "one column",
                   .expected = "a word and its tag",
                   .hint = "a blank line separates sentences"});
    }
    lines.push_back({number, begins, std::move(columns)});
    begins = false;
  }
  if (lines.empty()) throw Error({.file = name, .found = "no word", .expected = "a word and its tag on each line"});
  return lines;
}

/// Whether the first of at least three columns counts the words of each sentence, from 0 or from 1.
bool has_numbers(const std::vector<Line>& lines) {
  const std::string_view first = lines.front().columns.front();
  if (first != "0" && first != "1") return false;
  std::size_t next = 0;
  for (const Line& line : lines) {
    if (line.begins_sentence) next = first == "0" ? 0 : 1;
    if (line.columns.size() < 3 || line.columns.front() != std::to_string(next++)) return false;
  }
  return true;
}

/// Finds the column of the tags. @return nothing: the last one
std::optional<std::size_t> tag_column(const std::vector<Line>& lines, std::size_t word, const std::string& name) {
  const auto all = [&](const auto& is_tag) { return std::ranges::all_of(lines, is_tag); };
  if (all([](const Line& line) { return standard_tag(line.columns.back()).has_value(); })) return std::nullopt;
  const std::size_t most =
      std::ranges::min(lines, {}, [](const Line& line) { return line.columns.size(); }).columns.size();
  std::vector<std::size_t> possible;
  for (std::size_t column = word + 1; column < most; ++column)
    if (all([&](const Line& line) { return standard_tag(line.columns[column]).has_value(); }) &&
        std::ranges::any_of(lines, [&](const Line& line) { return standard_tag(line.columns[column]) != "O"; }))
      possible.push_back(column);
  if (possible.size() == 1) return possible.front();
  if (possible.empty() &&
      all([](const Line& line) { return standard_tag(line.columns.back()) || is_plain_type(line.columns.back()); }))
    return std::nullopt;
  const auto bad = std::ranges::find_if(lines, [](const Line& line) {
    return !standard_tag(line.columns.back()) && !is_plain_type(line.columns.back());
  });
  const Line& line = bad == lines.end() ? lines.front() : *bad;
  throw Error({.file = fmt::format("{}, line {}", name, line.number),
               .thing = "tag",
               .found = possible.empty() ? "'" + std::string(line.columns.back()) + "' in the last column"
                                         : fmt::format("tags in {} columns", possible.size()),
               .expected = "one column with O, B-TYPE, I-TYPE … on every line"});
}

/// The prefix that all words have, such as "en:", with the colon; empty if there is none.
std::string_view common_prefix(const std::vector<Line>& lines, std::size_t word) {
  const std::string_view first = lines.front().columns[word];
  const std::string_view prefix = first.substr(0, first.find(':') + 1);  // npos + 1 is 0
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  if (prefix.size() < 3 || !std::ranges::all_of(prefix.substr(0, prefix.size() - 1), is_letter)) return {};
  const bool all = std::ranges::all_of(lines, [&](const Line& line) {
    return line.columns[word].size() > prefix.size() && line.columns[word].starts_with(prefix);
  });
  return all ? prefix : std::string_view();
}

}  // namespace

std::vector<TaggedSentence> read_conll(const std::filesystem::path& file) {
  return parse_conll(read_file(file), file.string());
}

std::vector<TaggedSentence> parse_conll(std::string_view text, const std::string& name) {
  const std::vector<Line> lines = lines_of(text, name);
  const std::size_t word = has_numbers(lines) ? 1 : 0;
  const std::optional<std::size_t> column = tag_column(lines, word, name);
  const std::size_t prefix = common_prefix(lines, word).size();
  std::vector<TaggedSentence> sentences;
  for (const Line& line : lines) {
    if (line.begins_sentence || sentences.empty()) sentences.emplace_back();
    const std::string_view tag = column ? line.columns[*column] : line.columns.back();
    sentences.back().words.emplace_back(line.columns[word].substr(prefix));
    sentences.back().tags.push_back(standard_tag(tag).value_or(std::string(tag)));
  }
  return sentences;
}

}  // namespace limn
