#include "render/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "render/display_text.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t widest_cell = 36;  // columns of a terminal

}  // namespace

Json table_value(const ReportTable& table) {
  Json rows = Json::array();
  for (const auto& cells : table.rows) {
    Json row = Json::array();
    for (const ReportCell& cell : cells) {
      Json one{{"text", cell.text}};
      if (cell.number) one["number"] = *cell.number;
      if (!cell.rows.empty()) one["rows"] = cell.rows;
      row.push_back(std::move(one));
    }
    rows.push_back(std::move(row));
  }
  return {{"title", table.title}, {"note", table.note}, {"columns", table.columns}, {"rows", std::move(rows)}};
}

/// The table for readers without JavaScript.
std::string plain_table(const ReportTable& table) {
  std::string text =
      fmt::format("<h2>{}</h2>\n<p>{}</p>\n<table>\n<tr>", escape(table.title), escape(visible(table.note)));
  for (const std::string& column : table.columns) text += "<th>" + escape(visible(column)) + "</th>";
  text += "</tr>\n";
  for (const auto& cells : table.rows) {
    text += "<tr>";
    for (const ReportCell& cell : cells) text += "<td>" + escape(visible(cell.text)) + "</td>";
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

std::string terminal_table(const ReportTable& table, std::size_t most_rows) {
  std::vector<std::vector<std::string>> rows = {table.columns};
  for (const auto& cells : table.rows) {
    if (rows.size() > most_rows) break;
    auto& row = rows.emplace_back();
    for (const ReportCell& cell : cells) row.push_back(shorten(cell.text, widest_cell));
  }
  std::vector<std::size_t> widths(table.columns.size());
  for (auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (&row == &rows.front()) row[i] = shorten(row[i], widest_cell);
      widths[i] = std::max(widths[i], columns(row[i]));
    }
  std::string text = visible(table.title) + "\n" + visible(table.note) + "\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const std::string pad(widths[i] - columns(rows[r][i]), ' ');
      const bool is_number = !table.rows.empty() && !table.rows.front()[i].text.empty() && table.rows.front()[i].number;
      line += "  " + (is_number ? pad + rows[r][i] : rows[r][i] + pad);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  if (table.rows.size() > most_rows)
    text += fmt::format("  and {} more, as HTML and JSON\n", table.rows.size() - most_rows);
  return text;
}

}  // namespace limn
