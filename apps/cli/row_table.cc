#include "apps/cli/row_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/cli/names.h"
#include "limn/error.h"

namespace limn::cli {
namespace {

using Json = nlohmann::ordered_json;

Json fields_of(const std::string& copied) { return Json::parse("{" + copied + "}"); }

std::string cell_of(const Json& fields, const std::string& column) {
  const auto found = fields.find(column);
  if (found == fields.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

RowTable::RowTable(char separator, Cells columns) : separator_(separator), columns_(std::move(columns)) {}

std::string RowTable::header(const std::string& copied) {
  if (std::exchange(has_header_, true)) return {};
  Cells cells = {"row"};
  const Json fields = fields_of(copied);
  const auto is_taken = [&](const std::string& name) {
    return name == "error" || std::ranges::count(cells, name) > 0 || std::ranges::count(columns_, name) > 0 ||
           (name.starts_with("input_") && fields.contains(name));
  };
  for (const auto& [name, value] : fields.items()) {
    data_columns_.push_back(name);
    std::string shown = name;
    if (name == "error" || name == "row" || std::ranges::count(columns_, name) > 0) do
        shown.insert(0, "input_");
      while (is_taken(shown));
    cells.push_back(std::move(shown));
  }
  cells.insert(cells.end(), columns_.begin(), columns_.end());
  cells.emplace_back("error");
  return table_line(cells, separator_);
}

std::string RowTable::row(std::size_t number, const std::string& copied, const std::vector<Cells>& lines) {
  std::string text = header(copied);
  const Json fields = fields_of(copied);
  Cells first = {std::to_string(number)};
  for (const std::string& column : data_columns_) first.push_back(cell_of(fields, column));
  for (const Cells& line : lines) {
    Cells cells = first;
    cells.insert(cells.end(), line.begin(), line.end());
    cells.emplace_back();
    text += table_line(cells, separator_);
  }
  return text;
}

std::string RowTable::failed(std::size_t number, const std::string& copied, std::string_view message) {
  std::string text = header(copied);
  const Json fields = fields_of(copied);
  Cells cells = {std::to_string(number)};
  for (const std::string& column : data_columns_) cells.push_back(cell_of(fields, column));
  cells.resize(cells.size() + columns_.size());
  cells.emplace_back(message);
  return text + table_line(cells, separator_);
}

std::string RowTable::finish() { return header(""); }

std::optional<TableStyle> table_style(Format format, const std::optional<std::string>& form, bool wide_by_default) {
  if (format != Format::csv && format != Format::tsv) {
    if (form) throw Error({.field = "table", .found = "another format", .expected = "csv or tsv, for this option"});
    return std::nullopt;
  }
  TableStyle style = {.separator = format == Format::tsv ? '\t' : ',', .wide = wide_by_default};
  if (form) style.wide = find_named(names<TableForm>, "table", *form) == TableForm::wide_form;
  return style;
}

}  // namespace limn::cli
