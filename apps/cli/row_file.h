#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn::cli {

/// A file of JSON lines that grows row by row and can be resumed after the program was interrupted or killed.
///
/// While it grows, it is called FILE.partial; FILE.partial.settings beside it holds the settings of the run. Every line
/// begins with {"row":N. All lines of a row are written together and synchronized to disk every few seconds. Resuming
/// drops an incomplete line and the last row (which may lack lines), and continues with that row.
class RowFile {
 public:
  /// @param settings a JSON object: a run can be resumed only with equal settings.
  /// @throws Error if the file cannot be written, if another program is writing it, if it has rows of an interrupted
  /// run and `resume` is false, or if those rows have other settings.
  RowFile(std::filesystem::path file, const std::string& settings, bool resume);
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;
  ~RowFile();

  std::size_t rows() const { return rows_; }           ///< number of rows that an earlier run has finished
  std::size_t failed_rows() const { return failed_; }  ///< number of those that are errors
  const std::filesystem::path& partial() const { return partial_; }

  /// Appends all lines of one row. @param members for each line, the members of a JSON object without braces.
  void write(std::size_t row, const std::vector<std::string>& members);
  /// Renames FILE.partial to FILE, after the last row.
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

/// Returns one line of a row: {"row":N,MEMBERS} and a line feed. The members of a failed row begin with "error".
std::string row_line(std::size_t row, std::string_view members);

}  // namespace limn::cli
