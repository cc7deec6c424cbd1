#pragma once

#include <span>
#include <string>
#include <string_view>

#include "limn/write.h"
#include "render/comparison.h"

/// Pages of one file: limn's JSON, the viewer that shows it, and the plain text with its heat for readers without
/// JavaScript. Nothing is fetched, everything is escaped, and the content security policy lets run only the viewer.

namespace limn {

std::string to_html(const ComparisonAxes& axes, std::span<const ComparedInput> inputs);

}  // namespace limn
