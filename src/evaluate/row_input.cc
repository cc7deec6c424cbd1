#include "evaluate/row_input.h"

#include <fmt/format.h>

#include <optional>

#include "limn/error.h"

namespace limn {
namespace {

std::string field_names(const Row& row) {
  std::string names;
  for (const auto& [name, value] : row.fields) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "no fields" : "the fields " + names;
}

std::optional<std::string> copy_of(const std::string* text) { return text ? std::optional(*text) : std::nullopt; }

RowInput read(const Row& row, Task task) {
  const auto missing = [&](const char* expected) {
    return Error({.thing = fmt::format("line {}", row.line), .found = field_names(row), .expected = expected});
  };
  const bool answers = task == Task::question_answering;
  const char* text_name = row.find("text") || !row.find("sentence") ? "text" : "sentence";
  if (answers || (row.find("question") && !row.find(text_name))) {
    const auto *question = row.find_text("question"), *context = row.find_text("context");
    if (answers && (!question || !context)) throw missing("question and context");
    return {.input = {.text = *question, .pair = copy_of(context)}, .used = {"question", "context"}};
  }
  const std::string* const text = row.find_text(text_name);
  if (!text) throw missing("text (or sentence)");
  const std::string* const pair = row.find_text("pair");
  const bool is_empty_cell = pair && pair->empty() && row.json.empty();
  return {.input = {.text = *text, .pair = is_empty_cell ? std::nullopt : copy_of(pair)}, .used = {text_name, "pair"}};
}

}  // namespace

RowInput input_of(const Row& row, Task task, const std::string& file) {
  try {
    return read(row, task);
  } catch (const Error& error) {
    Error::Parts parts = error.parts();
    parts.file = file;
    throw Error(std::move(parts));
  }
}

}  // namespace limn
