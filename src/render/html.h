#pragma once

#include <span>
#include <string>
#include <string_view>

#include "limn/explanation.h"
#include "render/comparison.h"

/// Pages of one file: limn's JSON, the viewer that shows it, and the plain text with its heat for readers without
/// JavaScript. Nothing is fetched, everything is escaped, and the content security policy lets run only the viewer.

namespace limn {

/// @param title of the page; empty: the model's verdict or the number of explanations. An explanation that has a
/// textual heatmap is shown as one.
std::string to_html(std::span<const Explanation> explanations, std::string_view title = {});
std::string to_html(const ComparisonAxes& axes, std::span<const ComparedInput> inputs);
std::string to_html(const AttentionMaps& maps);
std::string to_html(const Attack& attack);

}  // namespace limn
