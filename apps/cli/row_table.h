#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "limn/write.h"
#include "render/csv.h"

namespace limn::cli {

/// Writes results row by row as CSV or TSV. The columns are `row` (of the input, from 0), those of the data that the
/// command did not read, those of the result, and `error`.
class RowTable {
 public:
  /// @param columns of the result. A column of the data with such a name gets the prefix "input_".
  RowTable(char separator, Cells columns);

  /// The lines of one row; before the first, the header, whose columns are those of the first row.
  /// @param copied the other fields of the row, as members of a JSON object without braces. @param lines cells of the
  /// result
  std::string row(std::size_t number, const std::string& copied, const std::vector<Cells>& lines);
  /// The line of a row that has no result.
  std::string failed(std::size_t number, const std::string& copied, std::string_view message);
  /// The header, if no row has come. Reports fields that only later rows have, and that the table lacks.
  std::string finish();

 private:
  std::string header(const std::string& copied);
  Cells data_cells(std::size_t number, const std::string& copied);

  char separator_;
  Cells columns_;
  std::vector<std::string> data_columns_;
  std::set<std::string> left_out_;  // fields that the first row does not have
  bool has_header_ = false;
};

/// The options of tables: which format, and the form of words.
/// @param wide_by_default whether words are one column of JSON unless the form is given
/// @throws Error for an unknown form, or one that is given with another format
std::optional<TableStyle> table_style(Format format, const std::optional<std::string>& form, bool wide_by_default);

}  // namespace limn::cli
