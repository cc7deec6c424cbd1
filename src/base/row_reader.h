#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/error.h"

namespace limn {

/// JSONL: one object per line. CSV: RFC 4180 with a header, whose cells may also be separated by semicolons, tabs or |.
/// TSV: with a header and without quoting. Text: one text per line.
enum class RowFormat { jsonl, csv, tsv, text };

/// The format for a file name extension: .jsonl or .ndjson, .csv, .tsv, .txt; "-" is JSONL. Throws Error for any other.
RowFormat row_format(const std::filesystem::path& file);

struct Row {
  std::size_t line = 0;                                     ///< first line of the row, counted from 1
  std::vector<std::pair<std::string, std::string>> fields;  ///< in the order of the file
  std::string json;                                         ///< JSONL: the text of the object; otherwise empty
  std::set<std::string> strings;                            ///< JSONL: the names of the fields that are strings
  std::optional<Error> error;                               ///< set if the row is invalid, without fields

  /// The field with this name, or null.
  const std::string* find(std::string_view name) const;
  /// The same for a field that must be a text. @throws Error, without a file, if it is a list, an object, a number,
  /// true or false in JSON.
  const std::string* find_text(std::string_view name) const;
};

/// Reads the rows of a stream one by one, in bounded memory. Skips blank lines, a byte order mark, and carriage returns
/// before line feeds. If the first line ends with a carriage return alone (old Mac programs), all lines do. All fields
/// are valid UTF-8. In a JSON object, a string is decoded, null is omitted, and any other value is given as its JSON
/// text. In the text format, the field is named "text".
class RowReader {
 public:
  /// Reads the header if the format has one. `file` is the name in messages; a row (or line) of more than `longest_row`
  /// bytes is an error. Throws Error if the header is missing or invalid. The stream must outlive the reader.
  RowReader(std::istream& stream, RowFormat format, std::string file, std::size_t longest_row = std::size_t{64} << 20);

  /// The next row, or nothing at the end. An invalid row has its error set, and reading continues with the row after
  /// it. Throws Error if the stream cannot be read.
  std::optional<Row> next();

  /// What separates the cells of CSV: the first of , ; tab and | that divides the header.
  char separator() const { return separator_; }
  /// The columns of CSV and TSV; {"text"} for the text format; empty for JSONL.
  const std::vector<std::string>& columns() const { return columns_; }
  /// Says how many blank lines stood before the rows that were read, since they shift rows against lines; nothing if
  /// none did.
  std::optional<std::string> blank_lines_notice() const;

 private:
  bool read_line(std::string& line);
  bool read_record(std::vector<std::string>& cells);
  void choose_separator();
  Error row_error(std::string found, std::string expected, std::string hint = {}) const;

  std::istream& stream_;
  RowFormat format_;
  std::string file_;
  std::size_t longest_row_;
  std::string header_;  // its first line
  char separator_ = ',';
  std::vector<std::string> columns_;
  std::size_t line_ = 0;        // lines read so far
  std::size_t first_line_ = 0;  // of the current row
  std::size_t blank_lines_ = 0;
  std::optional<Error> error_;  // of the current row
  char line_end_ = 0;           // '\n' or '\r'; 0: not seen yet
};

}  // namespace limn
