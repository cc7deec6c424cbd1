#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "base/row_reader.h"
#include "evaluate/row_input.h"
#include "limn/error.h"
#include "limn/explanation.h"

namespace limn::cli {

/// Returns the single input on the command line. @param task decides which options apply.
/// @throws Error if there is no input, or one that does not suit the task.
Input single_input(const InputOptions& options, Task task, const std::string& model);

/// One row of an input file.
struct Item {
  std::size_t row = 0;            ///< from 0; blank lines do not count
  std::uint64_t fingerprint = 0;  ///< of its content
  Input input;
  std::string copied;          ///< the other fields, as members of a JSON object without braces; may be empty
  std::optional<Error> error;  ///< set if the row is invalid; there is no input then
};

/// Reads the rows of --input in batches.
class ItemReader {
 public:
  /// @param columns "text=review_text": which field holds what
  /// @throws Error if the file cannot be opened, or standard input is a terminal.
  ItemReader(const std::string& file, Task task, const std::vector<std::string>& columns = {});

  /// Returns up to `count` rows: fewer only at the end or if standard input has no more at the moment, none at the end.
  /// Reports on standard error how the columns were read if that was a guess, and at the end that there were no rows,
  /// or how many blank lines were skipped. @throws Error if they do not fit the task
  std::vector<Item> next_batch(std::size_t count);

  bool is_standard_input() const { return file_ == "-"; }

 private:
  void choose_fields(const Row& first);
  void report_end() const;
  Item make_item(Row&& row);

  std::string file_;
  Task task_;
  std::unique_ptr<std::ifstream> stream_;
  std::optional<RowReader> reader_;
  RowFields fields_;
  bool has_chosen_fields_ = false, is_at_end_ = false;
  std::size_t rows_ = 0;
};

/// Parses the values of --column, "text=review_text". @return the column of each role. @throws Error for anything else
std::map<std::string, std::string> named_columns(const std::vector<std::string>& columns);

/// Reads the first `limit` inputs of a file. @throws Error of the first row that is invalid.
std::vector<Input> read_inputs(const std::string& file, Task task, std::size_t limit);

/// The result of a first pass over a file, before the work begins.
struct InputSummary {
  std::size_t rows = 0, bytes = 0;
  std::uint64_t fingerprint = 0;  ///< 64-bit FNV-1a hash of the bytes
};

/// Counts the rows of a file. Returns nothing for standard input and other files that can be read only once.
std::optional<InputSummary> summarize(const std::string& file);

}  // namespace limn::cli
