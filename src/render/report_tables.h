#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "limn/report.h"

/// A report as tables, which the terminal and the page show alike.

namespace limn {

/// One cell: a text, or a number, and the rows that it mentions.
struct ReportCell {
  std::string text;                   ///< as shown; may contain any characters
  std::optional<double> number = {};  ///< by which the column is sorted
  std::vector<std::size_t> rows = {};
};

/// A table with a title, and a sentence that says how to read it.
struct ReportTable {
  std::string title, note;
  std::vector<std::string> columns;
  std::vector<std::vector<ReportCell>> rows;
};

/// "200 rows, 12 of them wrong (94.0 % right)"
std::string headline(const Report& report);
/// The tables that have rows, in the order in which they are read.
std::vector<ReportTable> report_tables(const Report& report);

}  // namespace limn
