#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "render/text_runs.h"

/// Which passage of a long text a terminal shows.

namespace limn {

/// The byte around which a text is shown: the explained answer or entity, or else the strongest word, or else where the
/// model began to read.
std::size_t terminal_anchor(const Explanation& explanation, const TextRuns& shown);

/// The runs of about `bytes` bytes, a quarter of them before the anchor. Words stay whole; other runs are cut between
/// code points, at a space if there is one nearby.
std::vector<Run> runs_around(const TextRuns& shown, std::size_t anchor, std::size_t bytes);

/// "313,000".
std::string with_commas(std::size_t number);

}  // namespace limn
