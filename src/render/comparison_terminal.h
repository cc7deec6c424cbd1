#pragma once

#include <string>

#include "render/comparison.h"
#include "render/terminal.h"

namespace limn {

/// With more cells each shows two lines of its text.
inline constexpr std::size_t most_whole_texts = 4;

/// One input of a comparison for a terminal, ending in a line feed: what was asked, and for each cell a line of a table
/// with its heated text below. @param brief two lines of text for each cell, and no more.
std::string to_terminal(const ComparisonAxes& axes, const ComparedInput& input, const TerminalStyle& style, bool brief);

/// The last lines: means over all inputs, and how alike the words are ordered.
std::string to_terminal(const ComparisonAxes& axes, const ComparisonMeans& means, const TerminalStyle& style);

}  // namespace limn
