#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "limn/write.h"

namespace limn {

/// Formats a text as one field, quoted if necessary.
std::string csv_field(std::string_view text);

/// The columns of explanations (see to_csv).
std::string csv_header();
/// Returns one line per word. @param row of the input that is explained. @param explanation index among those of the
/// row: token classification has one per entity
std::string row_csv(std::size_t row, std::size_t explanation, const Explanation& why);
/// Returns the line of a row that has no explanation.
std::string failed_row_csv(std::size_t row, std::string_view message);

}  // namespace limn
