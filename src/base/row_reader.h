#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/error.h"

namespace limn {

/// JSONL: one object a line. CSV: RFC 4180 with a header. TSV: a header, and no quoting (a quote is a quote).
/// Text: one text a line.
enum class RowFormat { jsonl, csv, tsv, text };

/// By the name's ending: .jsonl or .ndjson, .csv, .tsv, .txt; "-" is JSONL. Throws Error for another ending.
RowFormat row_format(const std::filesystem::path& file);

struct Row {
  std::size_t line = 0;                                     ///< where the row begins, from 1
  std::vector<std::pair<std::string, std::string>> fields;  ///< in the file's order
  std::string json;                                         ///< JSONL: the object's own text; otherwise empty
  std::optional<Error> error;                               ///< the row is broken, and there are no fields

  /// The field of that name, or null.
  const std::string* find(std::string_view name) const;
};

/// Rows of a stream, one at a time, in bounded memory. Blank lines are passed over, a byte order mark and carriage
/// returns before line feeds are not part of the text. All fields are valid UTF-8. Of a JSON object, a string is taken
/// as it is, null is left out, and any other value is its JSON text; a text's field is called "text".
class RowReader {
 public:
  /// Reads the header if the format has one. `file` is the name for messages; a row (or a line) of more than
  /// `longest_row` bytes is an error. Throws Error if there is no usable header. The stream must outlive the reader.
  RowReader(std::istream& stream, RowFormat format, std::string file, std::size_t longest_row = std::size_t{64} << 20);

  /// The next row, or nothing at the end. A broken row carries its error and the reader goes on with the row after it.
  /// Throws Error if the stream cannot be read.
  std::optional<Row> next();

  /// The columns of CSV and TSV; ("text") for texts; empty for JSONL.
  const std::vector<std::string>& columns() const { return columns_; }

 private:
  bool read_line(std::string& line);
  bool read_record(std::vector<std::string>& cells);
  Error row_error(std::string found, std::string expected, std::string hint = {}) const;

  std::istream& stream_;
  RowFormat format_;
  std::string file_;
  std::size_t longest_row_;
  std::vector<std::string> columns_;
  std::size_t line_ = 0;        // lines read so far
  std::size_t first_line_ = 0;  // of the row that is being read
  std::optional<Error> error_;  // of the row that is being read
};

}  // namespace limn
