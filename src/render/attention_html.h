#pragma once

#include <string>

#include "limn/explanation.h"

namespace limn {

/// Attention as one self-contained HTML file: a model view (every head of every layer, small), and a head view (lines
/// between the tokens of the chosen layer and heads). Weights are rounded to a byte, √weight · 255. @param maps of
/// whole rows.
std::string to_attention_html(const AttentionMaps& maps);

}  // namespace limn
