#include "evaluate/row_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "limn/error.h"

namespace limn {
namespace {

constexpr std::array<std::string_view, 6> roles = {"text", "pair", "question", "context", "label", "answer"};
constexpr std::array<std::string_view, 3> names_of_text = {"sentence", "review", "content"};

std::string field_names(const Row& row) {
  std::string names;
  for (const auto& [name, value] : row.fields) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "no fields" : "the fields " + names;
}

std::optional<std::string> copy_of(const std::string* text) { return text ? std::optional(*text) : std::nullopt; }

/// Whether a cell contains words: anything but a number, a mark or nothing.
bool has_words(std::string_view cell) {
  return std::ranges::any_of(
      cell,
      [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;  // any letter that is not ASCII
      });
}

RowInput read(const Row& row, Task task, const RowFields& fields) {
  const auto missing = [&](std::string expected) {
    return Error(
        {.thing = fmt::format("line {}", row.line), .found = field_names(row), .expected = std::move(expected)});
  };
  RowInput result;
  const auto take = [&](std::string_view role) {
    const std::string* const found = fields.find_text(row, role);
    if (found) result.used.insert(*fields.name(row, role));
    return found;
  };
  const bool answers = task == Task::question_answering;
  if (answers || (fields.find(row, "question") && !fields.find(row, "text"))) {
    const auto *question = take("question"), *context = take("context");
    if (answers && (!question || !context))
      throw missing(fmt::format("{} and {}", fields.given("question"), fields.given("context")));
    result.input = {.text = *question, .pair = copy_of(context)};
    return result;
  }
  const std::string* const text = take("text");
  if (!text) throw missing(fields.given("text") == "text" ? "text (or sentence)" : fields.given("text"));
  const std::string* const pair = take("pair");
  const bool is_empty_cell = pair && pair->empty() && row.json.empty();
  result.input = {.text = *text, .pair = is_empty_cell ? std::nullopt : copy_of(pair)};
  return result;
}

}  // namespace

RowFields::RowFields(const std::map<std::string, std::string>& named) {
  for (const auto& [role, field] : named) {
    if (std::ranges::find(roles, role) == roles.end())
      throw Error({.field = "column",
                   .found = fmt::format("'{}={}'", role, field),
                   .expected = fmt::format("NAME=COLUMN, NAME one of {}", fmt::join(roles, ", "))});
    named_.emplace(role, field);
  }
}

std::string RowFields::given(const std::string& role) const {
  const auto named = named_.find(role);
  return named == named_.end() ? role : named->second;
}

const std::string* RowFields::name(const Row& row, std::string_view role) const {
  const auto field = [&](const auto& matches) -> const std::string* {
    const auto found = std::ranges::find_if(row.fields, [&](const auto& one) { return matches(one.first); });
    return found == row.fields.end() ? nullptr : &found->first;
  };
  if (const auto named = named_.find(role); named != named_.end())
    return field([&](const std::string& name) { return name == named->second; });
  if (const auto* exact = field([&](const std::string& name) { return name == role; })) return exact;
  if (const auto* same = field([&](const std::string& name) { return ascii_lower(name) == role; })) return same;
  if (role == "text")
    for (const std::string_view other : names_of_text)
      if (const auto* found = field([&](const std::string& name) { return ascii_lower(name) == other; })) return found;
  return nullptr;
}

const std::string* RowFields::find(const Row& row, std::string_view role) const {
  const std::string* const field = name(row, role);
  return field ? row.find(*field) : nullptr;
}

const std::string* RowFields::find_text(const Row& row, std::string_view role) const {
  const std::string* const field = name(row, role);
  return field ? row.find_text(*field) : nullptr;
}

std::string RowFields::choose(const Row& first, Task task, const std::string& file) {
  std::vector<std::string> columns;
  for (const auto& [column, value] : first.fields) columns.push_back(column);
  const auto misfit = [&](std::string expected, std::string hint) {
    return Error({.file = file,
                  .field = "column",
                  .found = fmt::format("the column{} {}", columns.size() == 1 ? "" : "s", fmt::join(columns, ", ")),
                  .expected = std::move(expected),
                  .hint = std::move(hint)});
  };
  for (const auto& [role, column] : named_)
    if (std::ranges::find(columns, column) == columns.end())
      throw misfit(fmt::format("a column {}, as {}", column, role), "");
  if (task == Task::question_answering) {
    for (const std::string role : {"question", "context"})
      if (!name(first, role)) throw misfit(fmt::format("a column {}", role), fmt::format("name it: {}=NAME", role));
    return {};
  }
  if (name(first, "text") || name(first, "question")) return {};
  std::vector<std::string> with_words;
  for (const auto& column : first.fields) {
    const auto has_role = [&](std::string_view role) {
      const std::string* const field = name(first, role);
      return field && *field == column.first;
    };
    if (has_words(column.second) && std::ranges::none_of(roles, has_role)) with_words.push_back(column.first);
  }
  if (with_words.size() != 1)
    throw misfit("a column text",
                 with_words.empty() ? "name it: text=NAME" : fmt::format("text={}?", with_words.front()));
  named_["text"] = with_words.front();
  return fmt::format("no column is named text: '{}', the only one with words, is read as the text", with_words.front());
}

RowInput input_of(const Row& row, Task task, const std::string& file, const RowFields& fields) {
  try {
    return read(row, task, fields);
  } catch (const Error& error) {
    Error::Parts parts = error.parts();
    parts.file = file;
    throw Error(std::move(parts));
  }
}

}  // namespace limn
