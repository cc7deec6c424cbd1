#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/fingerprint.h"

namespace limn::cli {

/// A file of JSON lines that grows row by row and can be resumed after the program was interrupted or killed.
///
/// While it grows, it is called FILE.partial. Beside it, FILE.partial.settings holds the settings of the run, and
/// FILE.partial.rows one line for each finished row: its number, whether it failed, the length and the fingerprint of
/// its lines, and the fingerprint of its input. Every line of FILE begins with {"row":N. All lines of a row are written
/// together and synchronized to disk every few seconds. Resuming verifies all finished rows, drops what follows them,
/// and continues with the next row. A finished FILE has FILE.settings beside it: the settings, and what identifies the
/// file.
class RowFile {
 public:
  /// @param settings a JSON object: a run can be resumed only with equal settings.
  /// @throws Error if the file cannot be written, if another program is writing it, if it has rows of an interrupted
  /// run and `resume` is false, or if those rows have other settings or have been changed.
  RowFile(std::filesystem::path file, const std::string& settings, bool resume);
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;
  ~RowFile();

  std::size_t rows() const { return inputs_.size(); }  ///< number of rows that an earlier run has finished
  std::size_t failed_rows() const { return failed_; }  ///< number of failed rows so far
  const std::filesystem::path& partial() const { return partial_; }
  std::string interrupted() const;  ///< what to say when the run is interrupted: where the rows are, how to go on

  /// Compares a row of the input with the one that an earlier run has finished. @throws Error if it is another one.
  void check_input(std::size_t row, std::uint64_t fingerprint) const;
  /// Appends all lines of one row. @param members for each line, the members of a JSON object without braces.
  void write(std::size_t row, std::uint64_t input, bool failed, const std::vector<std::string>& members);
  /// Renames FILE.partial to FILE, after the last row.
  void finish();

 private:
  void keep_finished_rows();
  [[noreturn]] void fail(int error) const;
  [[noreturn]] void fail_changed(std::size_t row) const;

  std::filesystem::path file_, partial_, settings_file_, rows_file_;
  std::string settings_;
  int descriptor_ = -1, rows_descriptor_ = -1;
  std::vector<std::uint64_t> inputs_;  // fingerprints of the input of the rows that an earlier run has finished
  Fingerprint output_, input_;         // of all rows so far
  std::size_t bytes_ = 0, count_ = 0, failed_ = 0;
  std::chrono::steady_clock::time_point last_sync_;
};

/// What a finished file was made from.
struct FinishedRows {
  std::size_t rows = 0, failed = 0;
  std::uint64_t input = 0;  ///< fingerprint of the fingerprints of all rows of the input
};

/// Whether an earlier run has finished the file and none has begun it again.
bool is_finished(const std::filesystem::path& file);

/// Checks that a file is the whole output of a run with these settings.
/// @throws Error if the settings differ, if the file has been changed, or if nothing is known about it.
FinishedRows check_finished(const std::filesystem::path& file, const std::string& settings);

/// Adds a row of the input to the fingerprint of all rows.
void add_row(Fingerprint& input, std::uint64_t row);

/// Returns one line of a row: {"row":N,MEMBERS} and a line feed.
std::string row_line(std::size_t row, std::string_view members);

}  // namespace limn::cli
