#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "base/row_reader.h"
#include "limn/error.h"
#include "limn/explanation.h"

namespace limn::cli {

/// The one input that was given on the command line. @param task decides which options belong to it.
/// @throws Error if there is none, or one that this task cannot read.
Input single_input(const InputOptions& options, Task task, const std::string& model);

/// One row of an input file.
struct Item {
  std::size_t row = 0;  ///< from 0, blank lines not counted
  Input input;
  std::string copied;          ///< the other fields as members of a JSON object, without braces; may be empty
  std::optional<Error> error;  ///< the row is broken, and there is no input
};

/// Rows of --input, a batch at a time.
class ItemReader {
 public:
  /// @throws Error if the file cannot be opened, or standard input is a terminal.
  ItemReader(const std::string& file, Task task);

  /// At most `count` rows, fewer only at the end, or if standard input has no more for the moment; empty at the end.
  std::vector<Item> next_batch(std::size_t count);

  bool is_standard_input() const { return file_ == "-"; }

 private:
  Item make_item(Row&& row);

  std::string file_;
  Task task_;
  std::unique_ptr<std::ifstream> stream_;
  std::optional<RowReader> reader_;
  std::size_t rows_ = 0;
};

/// What a pass over a file finds before the work begins.
struct InputSummary {
  std::size_t rows = 0, bytes = 0;
  std::uint64_t fingerprint = 0;  ///< 64-bit FNV-1a of the bytes
};

/// Counts the rows of a file. Nothing for standard input and other files that can be read only once.
std::optional<InputSummary> summarize(const std::string& file);

}  // namespace limn::cli
