#include "render/comparison_csv.h"

#include <fmt/format.h>

#include <utility>

namespace limn {

Cells comparison_columns(bool wide) {
  Cells columns = {"model", "method", "label", "probability", "target", "right", "value", "passes", "seconds"};
  for (std::string& column : word_columns(wide)) columns.push_back(std::move(column));
  return columns;
}

std::vector<Cells> comparison_cells(const ComparisonAxes& axes, const ComparedInput& input, bool wide) {
  std::vector<Cells> lines;
  for (std::size_t i = 0; i < input.cells.size(); ++i) {
    const Explanation& cell = input.cells[i];
    const std::size_t model = i / axes.methods.size();
    const bool known = model < input.right.size() && input.right[model];
    Cells first = {axes.models[model].name, axes.methods[i % axes.methods.size()]};
    for (std::string& text : outcome_cells(cell)) first.push_back(std::move(text));
    first.push_back(known ? (*input.right[model] ? "true" : "false") : "");
    first.push_back(fmt::format("{}", cell.value));
    first.push_back(std::to_string(cell.passes));
    first.push_back(fmt::format("{}", cell.seconds));
    for (const Cells& words : word_cells(cell, wide)) {
      Cells& line = lines.emplace_back(first);
      line.insert(line.end(), words.begin(), words.end());
    }
  }
  return lines;
}

std::string to_csv(const ComparisonAxes& axes, const ComparedInput& input, bool header, const TableStyle& style) {
  std::string text;
  const auto add = [&](std::string row, Cells cells, std::string error) {
    cells.insert(cells.begin(), std::move(row));
    cells.push_back(std::move(error));
    text += table_line(cells, style.separator);
  };
  const Cells columns = comparison_columns(style.wide);
  if (header) add("row", columns, "error");
  const std::string row = std::to_string(input.row.value_or(0));
  if (input.cells.empty()) add(row, Cells(columns.size()), input.error);
  for (Cells& cells : comparison_cells(axes, input, style.wide)) add(row, std::move(cells), "");
  return text;
}

}  // namespace limn
