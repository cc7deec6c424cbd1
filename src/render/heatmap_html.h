#pragma once

#include <string>

#include "limn/explanation.h"

namespace limn {

/// The interactive textual heatmap as one self-contained HTML file: the token under the pointer, or with the focus,
/// colours all others by how much they matter for it. @param explanation one with a heatmap; without one the page shows
/// the scores.
std::string to_heatmap_html(const Explanation& explanation);

}  // namespace limn
