#pragma once

#include <string>

#include "render/comparison.h"
#include "render/terminal.h"

namespace limn {

/// With more cells, the text of each is limited to two lines.
inline constexpr std::size_t most_whole_texts = 4;

/// Returns one input of a comparison for a terminal, ending in a line feed: the input, and for each cell a table row
/// with its coloured text below. @param brief limits the text of each cell to two lines.
std::string to_terminal(const ComparisonAxes& axes, const ComparedInput& input, const TerminalStyle& style, bool brief);

/// Returns the last lines: means over all inputs, and how similarly the cells rank the words.
std::string to_terminal(const ComparisonAxes& axes, const ComparisonMeans& means, const TerminalStyle& style);

}  // namespace limn
