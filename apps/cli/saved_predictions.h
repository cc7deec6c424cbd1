#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/row_file.h"
#include "apps/terminal/interrupt.h"
#include "limn/scores.h"

namespace limn::cli {

/// The file of an evaluation that keeps the prediction of each row, one JSON line each, so that an interrupted run can
/// be resumed: {"row", "labels", "null_excess", "probability",
/// "null_probability", "confidence"}.
class SavedPredictions {
 public:
  /// @param settings a JSON object: a run can be resumed only with equal settings. @throws Error as RowFile
  SavedPredictions(const std::string& file, const std::string& settings, bool resume);

  /// The predictions of an earlier run.
  const std::vector<RowPrediction>& known() const { return known_; }
  void add(std::size_t row, const RowPrediction& prediction);
  /// Renames FILE.partial to FILE, after the last row.
  void finish();

 private:
  void read(const std::filesystem::path& file, std::size_t rows);

  std::vector<RowPrediction> known_;
  std::optional<RowFile> rows_;  // nothing if an earlier run has finished
  std::optional<OnInterrupt> hint_;
};

}  // namespace limn::cli
