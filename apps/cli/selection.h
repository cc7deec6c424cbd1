#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "limn/explanation.h"
#include "render/explanation_reader.h"

namespace CLI {
class App;
}

/// Which saved explanations are shown, and in which order.

namespace limn::cli {

struct SelectionOptions {
  std::vector<std::string> where;   ///< "wrong", "right", "probability<0.6", "source=imdb"
  std::optional<std::string> sort;  ///< "probability" or another field
  bool reverse = false;
};

/// Adds --where, --sort and --reverse.
void add_options(CLI::App& command, SelectionOptions& options);

/// One explanation with its row.
struct SelectedExplanation {
  Explanation explanation;
  SavedRow row;
  std::size_t number = 0;  ///< of the row
};

/// Decides about explanations one by one. The fields of an explanation are `row`, `probability`, `confidence`, `label`
/// (the prediction), `target`, `model`, `method`, and those of its row; if the row has one of the same name, it is
/// called "input_label", as in tables.
class Selection {
 public:
  /// @throws Error for a condition that cannot be read
  explicit Selection(const SelectionOptions& options);

  /// Whether all conditions hold.
  bool holds(const SelectedExplanation& one);
  /// Whether the order is another one than that of the file.
  bool sorts() const { return sort_.has_value() || reverse_; }
  void sort(std::vector<SelectedExplanation>& explanations);
  /// @throws Error if a field of the conditions or of the order was in no explanation: a name is wrong, or the rows
  /// have no right labels
  void check_fields() const;

 private:
  struct Condition {
    std::string field, comparison, value;
  };
  std::optional<std::string> value_of(const SelectedExplanation& one, const std::string& field);

  std::vector<Condition> conditions_;
  std::optional<std::string> sort_;
  bool reverse_ = false;
  std::size_t seen_ = 0;
  std::set<std::string> found_;  // fields that an explanation had
};

}  // namespace limn::cli
