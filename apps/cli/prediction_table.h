#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/cli/input.h"
#include "apps/cli/row_table.h"
#include "limn/explanation.h"

/// Predictions in formats of other tools.

namespace limn::cli {

/// Formats that only predictions have.
enum class PredictionFormat {
  csv,       ///< one line per row (RFC 4180); one per entity for taggers
  tsv,       ///< the same, separated by tabs
  displacy,  ///< one JSON object per text, as spaCy's displaCy reads it: {"text", "ents", "title"}
  conll      ///< one word and its tag per line, a blank line after each text
};

/// The format that a name or the extension of the output stands for; nothing if it is a format of all commands.
std::optional<PredictionFormat> prediction_format(const std::optional<std::string>& name,
                                                  const std::optional<std::string>& file);

/// Writes predictions row by row.
class PredictionTable {
 public:
  /// @throws Error if the task has no such format: displacy and conll need a tagger.
  PredictionTable(PredictionFormat format, Task task);

  /// The lines of one row. @param copied the other fields, as members of a JSON object without braces
  std::string row(std::size_t number, const std::string& copied, const Input& input, const Prediction& prediction);
  /// The lines of a row that has no prediction.
  std::string failed(std::size_t number, const std::string& copied, std::string_view message);
  /// What follows the last row: the header of a table without rows.
  std::string finish();

 private:
  PredictionFormat format_;
  std::optional<RowTable> table_;  // csv and tsv
};

}  // namespace limn::cli
