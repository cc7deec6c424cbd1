#pragma once

#include <string>

#include "limn/explanation.h"

namespace limn {

/// A bar chart of the words as SVG, for papers: in order, or the thirty strongest if there are more.
std::string to_svg(const Explanation& explanation);

}  // namespace limn
