#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn::cli {

/// A file of JSON lines that grows row by row and can be continued after its program was interrupted or killed.
///
/// While it grows it is called FILE.partial, and FILE.partial.settings beside it says what it was made with. Every line
/// begins with {"row":N. The lines of a row go out in one piece, and the disk is asked to keep them every few seconds.
/// Resuming drops a line that was cut off and the last row (which may lack lines), and goes on with that row.
class RowFile {
 public:
  /// @param settings a JSON object: a run is resumed only with equal settings.
  /// @throws Error if it cannot be written, if another program is writing it, if there are rows of a broken run and
  /// `resume` is false, or if they were made with other settings.
  RowFile(std::filesystem::path file, const std::string& settings, bool resume);
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;
  ~RowFile();

  std::size_t rows() const { return rows_; }           ///< rows that an earlier run has finished
  std::size_t failed_rows() const { return failed_; }  ///< those of them that are errors
  const std::filesystem::path& partial() const { return partial_; }

  /// Appends all lines of one row. @param members one JSON object's members without braces for each line.
  void write(std::size_t row, const std::vector<std::string>& members);
  /// All rows are there: FILE.partial becomes FILE.
  void finish();

 private:
  void compare_settings(const std::string& settings) const;
  void keep_finished_rows();
  [[noreturn]] void fail(int error) const;

  std::filesystem::path file_, partial_, settings_file_;
  int descriptor_ = -1;
  std::size_t rows_ = 0, failed_ = 0;
  std::chrono::steady_clock::time_point last_sync_;
};

/// One line of a row: {"row":N,MEMBERS} and a line feed. Members of a row that failed begin with "error".
std::string row_line(std::size_t row, std::string_view members);

}  // namespace limn::cli
