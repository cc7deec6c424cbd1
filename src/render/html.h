#pragma once

#include <span>
#include <string>
#include <string_view>

#include "limn/write.h"
#include "render/comparison.h"

/// Self-contained pages: limn's JSON, the viewer that shows it, and the coloured text for readers without JavaScript.
/// Nothing is fetched, all text is escaped, and the content security policy allows only the viewer to run.

namespace limn {

std::string to_html(const ComparisonAxes& axes, std::span<const ComparedInput> inputs);

}  // namespace limn
