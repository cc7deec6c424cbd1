#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/row_reader.h"
#include "limn/explanation.h"

namespace limn {

/// Which field of a row holds what, for every command that reads rows. The roles are `text`, `pair`, `question`,
/// `context`, `label` and `answer`. The user may name a role's field. Otherwise it is the one of the role's name,
/// in any case, and for the text also `sentence`, `review` or `content`.
class RowFields {
 public:
  RowFields() = default;
  /// @param named the field of each role that the user named. @throws Error for an unknown role.
  explicit RowFields(const std::map<std::string, std::string>& named);

  /// Checks that the columns of a file fit the task, before its rows are read. If no column has a name for the text,
  /// the only one with words in the first row is the text. @param first the first row with fields
  /// @return what was guessed, in words; empty if nothing was
  /// @throws Error that lists the columns if a column is missing
  std::string choose(const Row& first, Task task, const std::string& file);

  /// The name of the role's field in this row; nullptr if it has none.
  const std::string* name(const Row& row, std::string_view role) const;
  /// The value of the role's field in this row; nullptr if it has none.
  const std::string* find(const Row& row, std::string_view role) const;
  /// The same for a field that must be a text. @throws Error, without a file, if it is a list, a number and so on.
  const std::string* find_text(const Row& row, std::string_view role) const;
  /// The user's name for the role's field; otherwise the role itself.
  std::string given(const std::string& role) const;

 private:
  std::map<std::string, std::string, std::less<>> named_;
};

/// The input in a row of data.
struct RowInput {
  Input input;
  std::set<std::string_view> used;  ///< names of the fields that it was made from, which belong to the row
};

/// Takes the input from a row: question and context for question answering; otherwise the text with an optional pair;
/// or else a question as text and its context as pair. An empty cell of a pair is no pair, since CSV and TSV cannot
/// omit a field.
/// @param file name for messages. @throws Error that names file, line and fields if a field is missing or no text.
RowInput input_of(const Row& row, Task task, const std::string& file, const RowFields& fields);

}  // namespace limn
