#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "limn/write.h"

namespace limn {

/// The cells of one line of a table.
using Cells = std::vector<std::string>;

/// Formats a text as one field, quoted if necessary.
std::string csv_field(std::string_view text, char separator = ',');
/// Returns cells as one line of a table, with its end.
std::string table_line(const Cells& cells, char separator = ',');

/// The columns of explanations, between those of the input and `error` (see to_csv).
Cells explanation_columns(bool wide);
/// The cells of each line of an explanation: one per word (long), or one (wide). An explanation without words has one
/// line, too. @param explanation index among those of the row: token classification has one per entity
std::vector<Cells> explanation_cells(const Explanation& why, std::size_t explanation, bool wide);

/// Label, probability and target of an explanation, as they are, for other programs.
Cells outcome_cells(const Explanation& why);
/// The columns of words: one of JSON (wide), or one for each of their fields (long).
Cells word_columns(bool wide);
/// The cells of the words, one line or several.
std::vector<Cells> word_cells(const Explanation& why, bool wide);

}  // namespace limn
