#include "base/row_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <set>

#include "base/ascii.h"
#include "base/json_members.h"
#include "base/utf8.h"

namespace limn {
namespace {

// Prevents a hostile row from exhausting the memory.
constexpr std::size_t most_cells = 10'000;

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

/// Collects the cells of one CSV record line by line, since a quoted cell may contain line ends.
class CsvRecord {
 public:
  CsvRecord(std::vector<std::string>& cells, char separator) : cells_(cells), separator_(separator) {
    cells_.assign(1, {});
  }

  /// @param line without its line feed. @return whether the record ends with this line.
  bool add(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quoted_) {
        if (c != '"')
          cells_.back() += c;
        else if (i + 1 < line.size() && line[i + 1] == '"')
          cells_.back() += line[++i];
        else
          quoted_ = false, after_quote_ = true;
      } else if (c == separator_) {
        if (cells_.size() <= most_cells) cells_.emplace_back();
        at_start_ = true, after_quote_ = false;
        continue;
      } else if (c == '"' && at_start_) {
        quoted_ = true;
      } else if (c == '\r' && i + 1 == line.size()) {
        break;  // part of the line end
      } else {
        text_after_quote_ = text_after_quote_ || after_quote_;
        cells_.back() += c;
      }
      at_start_ = false;
    }
    if (quoted_) cells_.back() += '\n';
    return !quoted_;
  }

  bool text_after_quote() const { return text_after_quote_; }

 private:
  std::vector<std::string>& cells_;
  char separator_;
  bool quoted_ = false, at_start_ = true, after_quote_ = false, text_after_quote_ = false;
};

void split_at_tabs(std::string_view line, std::vector<std::string>& cells) {
  cells.clear();
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    cells.emplace_back(line.substr(begin, end - begin));
    if (end == line.size() || cells.size() > most_cells) return;
    begin = end + 1;
  }
}

std::string quantity(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

/// A cell that is not valid UTF-8, and its first invalid byte, in words.
struct InvalidCell {
  std::size_t index;
  std::string byte;
};

std::optional<InvalidCell> invalid_cell(const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (const auto offset = first_invalid_utf8(cells[i])) return InvalidCell{i, invalid_byte(cells[i], *offset)};
  return std::nullopt;
}

}  // namespace

RowFormat row_format(const std::filesystem::path& file) {
  if (file == "-") return RowFormat::jsonl;
  const std::string ending = ascii_lower(file.extension().string());
  if (ending == ".jsonl" || ending == ".ndjson") return RowFormat::jsonl;
  if (ending == ".csv") return RowFormat::csv;
  if (ending == ".tsv") return RowFormat::tsv;
  if (ending == ".txt") return RowFormat::text;
  throw Error(
      {.file = file.string(),
       .found = ending.empty() ? "a name without an ending" : "the ending '" + ending + "'",
       .expected = ".jsonl, .csv, .tsv or .txt",
       .hint = ending == ".json" ? "a JSON array becomes JSON lines with: jq -c '.[]' IN.json > OUT.jsonl" : ""});
}

const std::string* Row::find_text(std::string_view name) const {
  const std::string* const found = find(name);
  if (!found || json.empty() || strings.contains(std::string(name))) return found;
  const char first = found->front();
  const char* kind = first == '['                   ? "a list"
                     : first == '{'                 ? "an object"
                     : first == 't' || first == 'f' ? "true or false"
                                                    : "a number";
  throw Error({.thing = fmt::format("line {}, field '{}'", line, name), .found = kind, .expected = "a text"});
}

const std::string* Row::find(std::string_view name) const {
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
  return field == fields.end() ? nullptr : &field->second;
}

RowReader::RowReader(std::istream& stream, RowFormat format, std::string file, std::size_t longest_row)
    : stream_(stream), format_(format), file_(std::move(file)), longest_row_(longest_row) {
  if (format_ == RowFormat::text) columns_ = {"text"};
  if (format_ != RowFormat::csv && format_ != RowFormat::tsv) return;
  if (!read_record(columns_))
    throw Error({.file = file_, .found = "an empty file", .expected = "a header line that names the columns"});
  choose_separator();
  if (error_) throw *error_;
  std::set<std::string_view> seen;
  for (const auto& column : columns_)
    if (!seen.insert(column).second) throw row_error("the column '" + column + "' twice", "a header with unique names");
}

/// A header of one line that commas do not divide is divided by the first other mark that does.
void RowReader::choose_separator() {
  if (format_ != RowFormat::csv) return;
  for (const char mark : {',', ';', '\t', '|'}) {
    std::vector<std::string> cells;
    CsvRecord record(cells, mark);
    if (!record.add(header_) || record.text_after_quote() || cells.size() < 2 || cells.size() > most_cells) continue;
    if (mark == ',') return;
    separator_ = mark;
    columns_ = std::move(cells);
    error_.reset();
    // Reading by commas may have found another error, or none.
    if (const auto invalid = invalid_cell(columns_))
      error_ =
          row_error(fmt::format("{} of column {}", invalid->byte, invalid->index + 1), "valid UTF-8", conversion_hint);
    return;
  }
}

Error RowReader::row_error(std::string found, std::string expected, std::string hint) const {
  return Error({.file = file_,
                .thing = fmt::format("line {}", first_line_),
                .found = std::move(found),
                .expected = std::move(expected),
                .hint = std::move(hint)});
}

/// Reads one line without its line feed; returns false at the end of the stream. A line that is too long is skipped and
/// sets error_.
bool RowReader::read_line(std::string& line) {
  line.clear();
  auto* const buffer = stream_.rdbuf();
  constexpr int end = std::istream::traits_type::eof();
  bool any = false, quoted = false;
  try {
    for (int c = buffer->sbumpc(); c != end; c = buffer->sbumpc()) {
      any = true;
      if (c == '"') quoted = !quoted;
      if (c == '\n') {
        if (line_end_ == 0) line_end_ = '\n';
        break;
      }
      const bool may_end = line_end_ == '\r' || (line_end_ == 0 && !(quoted && format_ == RowFormat::csv));
      if (c == '\r' && may_end) {
        const int next = buffer->sgetc();
        if (next != '\n') {
          if (next != end) line_end_ = '\r';
          break;
        }
      }
      if (line.size() < longest_row_)
        line += std::istream::traits_type::to_char_type(c);
      else if (!error_)
        error_ = row_error(fmt::format("more than {} bytes", longest_row_), "a shorter row");
    }
  } catch (const std::ios_base::failure& failure) {
    throw Error({.file = file_, .thing = fmt::format("after line {}", line_), .found = failure.code().message()});
  }
  if (!any) return false;
  if (line_ == 0) {
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.starts_with("\xFF\xFE") || line.starts_with("\xFE\xFF"))
      throw Error({.file = file_, .found = "UTF-16 text", .expected = "UTF-8", .hint = "save the file as UTF-8"});
  }
  ++line_;
  return true;
}

/// Reads the cells of the next record that is not blank; returns false at the end. Sets error_ if the record is
/// invalid.
bool RowReader::read_record(std::vector<std::string>& cells) {
  error_.reset();
  std::string line;
  std::size_t blank_lines = 0;
  for (;; ++blank_lines) {
    first_line_ = line_ + 1;
    if (!read_line(line)) return false;
    if (!is_blank(line) || error_) break;
  }
  blank_lines_ += blank_lines;
  if (format_ == RowFormat::csv && columns_.empty()) header_ = line;

  if (format_ == RowFormat::csv) {
    CsvRecord record(cells, separator_);
    std::size_t bytes = line.size();
    while (!error_ && !record.add(line)) {
      if (!read_line(line)) {
        error_ = row_error("a quote that is never closed", "\" at the end of the cell",
                           "the rest of the file was read as one cell");
        break;
      }
      bytes += line.size() + 1;
      if (!error_ && bytes > longest_row_)
        error_ = row_error(fmt::format("more than {} bytes", longest_row_), "a shorter row", "is a quote not closed?");
    }
    if (!error_ && record.text_after_quote()) {
      error_ = row_error("text after a closing quote", "a comma or the end of the line",
                         "write a quote within quotes as \"\"");
    }
  } else {
    if (line.ends_with('\r')) line.pop_back();
    if (format_ == RowFormat::tsv)
      split_at_tabs(line, cells);
    else
      cells.assign(1, line);
  }
  if (!error_ && cells.size() > most_cells) error_ = row_error(fmt::format("more than {} cells", most_cells), "fewer");
  if (error_) return true;
  if (const auto invalid = invalid_cell(cells))
    error_ = row_error(fmt::format("{} of '{}'", invalid->byte,
                                   columns_.size() == cells.size() ? columns_[invalid->index] : "the row"),
                       "valid UTF-8", conversion_hint);
  return true;
}

std::optional<Row> RowReader::next() {
  std::vector<std::string> cells;
  if (!read_record(cells)) return std::nullopt;
  Row row;
  row.line = first_line_;
  if (!error_ && format_ == RowFormat::jsonl) {
    try {
      row.fields = json_members(cells.front(), &row.strings);
      row.json = std::move(cells.front());
    } catch (const Error& failure) {
      error_ = row_error(failure.parts().found, failure.parts().expected, failure.parts().hint);
    }
  } else if (!error_ && cells.size() != columns_.size()) {
    error_ =
        row_error(quantity(cells.size(), "cell"), fmt::format("{} ({})", columns_.size(), fmt::join(columns_, ", ")),
                  format_ == RowFormat::csv ? "a cell with a comma needs quotes" : "");
  } else if (!error_) {
    for (std::size_t i = 0; i < cells.size(); ++i) row.fields.emplace_back(columns_[i], std::move(cells[i]));
  }
  if (error_) row.fields.clear(), row.error = std::move(error_);
  error_.reset();
  return row;
}

std::optional<std::string> RowReader::blank_lines_notice() const {
  if (blank_lines_ == 0) return std::nullopt;
  return fmt::format("{} before a row {} skipped", quantity(blank_lines_, "blank line"),
                     blank_lines_ == 1 ? "was" : "were");
}

}  // namespace limn
