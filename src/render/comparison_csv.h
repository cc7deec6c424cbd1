#pragma once

#include <vector>

#include "render/comparison.h"
#include "render/csv.h"

namespace limn {

/// The columns of compared inputs, between those of the input and `error` (see to_csv).
Cells comparison_columns(bool wide);
/// The cells of each line of an input: one per cell of the comparison (wide), or one per word of each (long).
std::vector<Cells> comparison_cells(const ComparisonAxes& axes, const ComparedInput& input, bool wide);

/// Returns the lines of an input, or one line with its error; without correlations. @param header whether to begin with
/// the header line.
std::string to_csv(const ComparisonAxes& axes, const ComparedInput& input, bool header, const TableStyle& style);

}  // namespace limn
