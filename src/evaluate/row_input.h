#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/row_reader.h"
#include "limn/explanation.h"

namespace limn {

/// The input in a row of data, for every command that reads rows.
struct RowInput {
  Input input;
  std::set<std::string_view> used;  ///< names of the fields that it was made from
};

/// Takes the input from a row: `question` and `context` for question answering; otherwise `text` or, as in SST-2,
/// `sentence`, with an optional `pair`; or else a question as text and its context as pair. An empty cell of a pair is
/// no pair, since CSV and TSV cannot omit a field.
/// @param file name for messages. @throws Error that names file, line and fields if a field is missing or no text.
RowInput input_of(const Row& row, Task task, const std::string& file);

}  // namespace limn
