#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/input.h"
#include "limn/explanation.h"

/// Predictions in formats of other tools.

namespace limn::cli {

/// Formats that only predictions have.
enum class PredictionFormat {
  csv,       ///< one line per row (RFC 4180); one per entity for taggers
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

  /// The lines of one row; before the first, the header, whose columns are those of the first row: row, its other
  /// fields, the prediction, error. @param copied the other fields, as members of a JSON object without braces
  std::string row(std::size_t number, const std::string& copied, const Input& input, const Prediction& prediction);
  /// The lines of a row that has no prediction.
  std::string failed(std::size_t number, const std::string& copied, std::string_view message);

 private:
  std::string header(const std::string& copied);
  std::string line(std::size_t number, const std::string& copied, const std::vector<std::string>& cells,
                   std::string_view error) const;

  PredictionFormat format_;
  Task task_;
  std::vector<std::string> columns_;  // of the data
  bool has_header_ = false;
};

}  // namespace limn::cli
