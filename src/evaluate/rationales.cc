#include "evaluate/rationales.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/output_file.h"
#include "base/row_reader.h"
#include "base/utf8.h"
#include "limn/error.h"

namespace limn {
namespace {

using Json = nlohmann::json;
using TextRange = std::pair<std::size_t, std::size_t>;

/// The error for a row; the caller adds file and row.
Error misfit(std::string found, std::string expected) {
  return Error({.found = std::move(found), .expected = std::move(expected)});
}

std::size_t count_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned())
    throw misfit(fmt::format("no whole number '{}'", key), "one");
  return found->get<std::size_t>();
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_string())
    throw misfit(fmt::format("no text '{}'", key), "one");
  return found->get<std::string>();
}

/// Converts ranges of code points to bytes.
std::vector<TextRange> bytes_of(const std::string& text, const std::vector<TextRange>& ranges) {
  std::vector<std::size_t> starts;
  for (std::size_t position = 0; position < text.size(); next_code_point(text, position)) starts.push_back(position);
  starts.push_back(text.size());
  std::vector<TextRange> result;
  for (const auto& [begin, end] : ranges) {
    if (begin >= end || end >= starts.size())
      throw misfit(fmt::format("a rationale from {} to {}", begin, end),
                   fmt::format("a range of characters within the text, which has {}", starts.size() - 1));
    result.emplace_back(starts[begin], starts[end]);
  }
  return result;
}

// ---- ERASER -------------------------------------------------------------------------------------------------

/// The documents beside a file, each read once.
class EraserDocuments {
 public:
  explicit EraserDocuments(const std::filesystem::path& file) : folder_(file.parent_path() / "docs") {}

  const std::string& text(const std::string& id) {
    if (id == id_) return text_;
    if (id.empty() || id.find('/') != id.npos || id.starts_with('.'))
      throw misfit("docid " + shown_name(id), "the name of a file in docs");
    text_ = read_file(folder_ / id);
    check_utf8(text_, "the document " + id);
    id_ = id;
    return text_;
  }

 private:
  std::filesystem::path folder_;
  std::string id_, text_;
};

/// The parts of a text between white space.
std::vector<TextRange> blank_separated(std::string_view text) {
  std::vector<TextRange> tokens;
  constexpr std::string_view blanks = " \t\r\n\v\f";
  for (std::size_t begin = text.find_first_not_of(blanks); begin != text.npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    tokens.emplace_back(begin, end);
    begin = text.find_first_not_of(blanks, end);
  }
  return tokens;
}

RationaleText eraser_text(const Json& object, EraserDocuments& documents) {
  RationaleText result = {.name = {}, .text = {}, .spans = {}};
  std::string document;
  std::vector<TextRange> tokens;
  if (!object["evidences"].is_array()) throw misfit("evidences that are no list", "a list of lists");
  for (const Json& group : object["evidences"]) {
    if (!group.is_array()) throw misfit("evidences that are no list of lists", "a list of lists");
    for (const Json& evidence : group) {
      const std::string id = text_in(evidence, "docid");
      if (!document.empty() && id != document)
        throw misfit("evidences in several documents", "one document for each annotation");
      if (document.empty()) {
        document = id;
        result.text = documents.text(id);
        tokens = blank_separated(result.text);
      }
      const std::size_t begin = count_in(evidence, "start_token"), end = count_in(evidence, "end_token");
      if (begin >= end || end > tokens.size())
        throw misfit(fmt::format("an evidence of the tokens {} to {}", begin, end),
                     fmt::format("tokens of the document, which has {}", tokens.size()));
      result.spans.emplace_back(tokens[begin].first, tokens[end - 1].second);
    }
  }
  if (document.empty()) result.text = documents.text(text_in(object, "annotation_id"));
  return result;
}

// ---- other formats ------------------------------------------------------------------------------------------

RationaleText label_studio_text(const Json& object) {
  RationaleText result = {.name = {}, .text = text_in(object["data"], "text"), .spans = {}};
  std::vector<TextRange> ranges;
  const Json empty = Json::array();
  for (const Json& annotation : object["annotations"]) {
    const auto marks = annotation.is_object() ? annotation.find("result") : annotation.end();
    if (!annotation.is_object() || marks == annotation.end() || !marks->is_array())
      throw misfit("an annotation without 'result'", "a list 'result'");
    for (const Json& mark : *marks) {
      const Json value = mark.is_object() ? mark.value("value", Json::object()) : Json::object();
      if (value.contains("start")) ranges.emplace_back(count_in(value, "start"), count_in(value, "end"));
    }
  }
  result.spans = bytes_of(result.text, ranges);
  return result;
}

RationaleText doccano_text(const Json& object, const Json& marks) {
  RationaleText result = {.name = {}, .text = text_in(object, "text"), .spans = {}};
  std::vector<TextRange> ranges;
  for (const Json& mark : marks)
    if (mark.is_object())
      ranges.emplace_back(count_in(mark, "start_offset"), count_in(mark, "end_offset"));
    else if (mark.is_array() && mark.size() >= 2 && mark[0].is_number_unsigned() && mark[1].is_number_unsigned())
      ranges.emplace_back(mark[0].get<std::size_t>(), mark[1].get<std::size_t>());
    else
      throw misfit(shown(mark), "a label [begin, end, name]");
  result.spans = bytes_of(result.text, ranges);
  return result;
}

/// Reads "27-37;50-60".
std::vector<TextRange> ranges_of(std::string_view text) {
  std::vector<TextRange> ranges;
  const auto number = [&](std::string_view digits) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
      throw misfit("the rationale " + shown_name(text), "ranges of characters, such as 27-37;50-60");
    return value;
  };
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    const std::string_view range = text.substr(begin, end - begin);
    const std::size_t dash = std::min(range.find('-'), range.size());
    ranges.emplace_back(number(range.substr(0, dash)), number(range.substr(std::min(dash + 1, range.size()))));
    begin = end + 1;
  }
  return ranges;
}

RationaleText rationale_text(const Json& object, EraserDocuments& documents) {
  if (!object.is_object()) throw misfit(shown(object), "an object");
  if (object.contains("evidences")) return eraser_text(object, documents);
  if (object.contains("annotations") && object.contains("data")) return label_studio_text(object);
  for (const char* name : {"label", "labels", "entities"})
    if (object.contains(name) && object[name].is_array()) return doccano_text(object, object[name]);
  if (object.contains("rationale")) {
    RationaleText result = {.name = {}, .text = text_in(object, "text"), .spans = {}};
    result.spans = bytes_of(result.text, ranges_of(text_in(object, "rationale")));
    return result;
  }
  throw misfit("no rationale", "evidences (ERASER), annotations (Label Studio), label (doccano) or rationale");
}

Json object_of(const Row& row) {
  if (!row.json.empty()) return parse_json(row.json, "the row");
  Json object = Json::object();
  for (const auto& [name, value] : row.fields) object[name] = value;
  return object;
}

}  // namespace

std::vector<RationaleText> read_rationales(const std::filesystem::path& file) {
  std::vector<RationaleText> texts;
  EraserDocuments documents(file);
  const auto add = [&](const std::string& name, const auto& object) {
    try {
      texts.push_back(rationale_text(object(), documents));
    } catch (const Error& error) {
      auto parts = error.parts();
      if (parts.file.empty() || parts.file == "the row") parts.file = file.string();
      parts.thing = name + (parts.thing.empty() ? "" : ": " + parts.thing);
      throw Error(std::move(parts));
    }
    texts.back().name = name;
    std::ranges::sort(texts.back().spans);
  };
  if (file.extension() == ".json") {
    const Json list = read_json(file);
    if (!list.is_array()) throw Error({.file = file.string(), .found = shown(list), .expected = "a list of tasks"});
    for (std::size_t i = 0; i < list.size(); ++i)
      add(fmt::format("task {}", i + 1), [&]() -> const Json& { return list[i]; });
  } else {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw Error({.file = file.string(), .found = "no readable file", .expected = "texts with rationales"});
    RowReader reader(stream, row_format(file), file.string());
    while (const auto row = reader.next()) {
      if (row->error) throw *row->error;
      add(fmt::format("line {}", row->line), [&] { return object_of(*row); });
    }
  }
  const auto has_spans = [](const RationaleText& text) { return !text.spans.empty(); };
  if (std::ranges::none_of(texts, has_spans))
    throw Error({.file = file.string(), .found = "no rationale", .expected = "at least one text with a rationale"});
  return texts;
}

}  // namespace limn
