#pragma once

#include <span>
#include <string>

#include "limn/comparison.h"
#include "limn/explanation.h"

/// What limn-pdf draws, as JSON: {"title", "blocks"}. A block has a "style" (title, heading, label, text, body, small;
/// rule, which has nothing else) and "runs", parts of its text with {"text", "ink", "fill", "line"}: the colours of
/// letters and ground, and the width of a line below, in points. Or it is a legend and has "entries" {"text", "fill",
/// "line"}.

namespace limn {

/// Explanations one after the other: prediction, text with its heat, legend, the sentence, how it was computed.
std::string pdf_document(std::span<const Explanation> explanations);
/// Each input with its text in every cell, and how alike the cells order the words.
std::string pdf_document(const ComparisonAxes& axes, std::span<const ComparedInput> inputs);

}  // namespace limn
