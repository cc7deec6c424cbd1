#pragma once

#include <span>
#include <string>
#include <string_view>

#include "limn/explanation.h"

namespace limn {

/// Explanations as one self-contained HTML file: no network, everything escaped, light and dark.
/// @param title of the page; empty: the model's verdict or the number of explanations.
std::string to_html(std::span<const Explanation> explanations, std::string_view title = {});

}  // namespace limn
