#include "apps/cli/row_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/cli/names.h"
#include "apps/terminal/output.h"
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
  const auto is_of_the_result = [&](const std::string& name) {
    return name == "row" || name == "error" || std::ranges::count(columns_, name) > 0;
  };
  for (const auto& [name, value] : fields.items()) {
    std::string shown = name;
    while (is_of_the_result(shown) || (shown != name && fields.contains(shown))) shown.insert(0, "input_");
    data_columns_.push_back(name);
    cells.push_back(std::move(shown));
  }
  cells.insert(cells.end(), columns_.begin(), columns_.end());
  cells.emplace_back("error");
  return table_line(cells, separator_);
}

Cells RowTable::data_cells(std::size_t number, const std::string& copied) {
  const Json fields = fields_of(copied);
  Cells cells = {std::to_string(number)};
  for (const std::string& column : data_columns_) cells.push_back(cell_of(fields, column));
  for (const auto& [name, value] : fields.items())
    if (std::ranges::count(data_columns_, name) == 0) left_out_.insert(name);
  return cells;
}

std::string RowTable::row(std::size_t number, const std::string& copied, const std::vector<Cells>& lines) {
  std::string text = header(copied);
  const Cells first = data_cells(number, copied);
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
  Cells cells = data_cells(number, copied);
  cells.resize(cells.size() + columns_.size());
  cells.emplace_back(message);
  return text + table_line(cells, separator_);
}

std::string RowTable::finish() {
  if (!left_out_.empty())
    complain(fmt::format("the table has the fields of the first row only, not {}; json has all",
                         fmt::join(left_out_, ", ")));
  return header("");
}

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
