#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "limn/write.h"
#include "render/comparison.h"

/// Self-contained pages: limn's JSON, the viewer that shows it, and the coloured text for readers without JavaScript.
/// Nothing is fetched, all text is escaped, and the content security policy allows only the viewer to run.

namespace limn {

/// A page that shows limn's JSON. @param body for readers without JavaScript, as HTML
std::string page(std::string_view title, std::string_view body, const nlohmann::ordered_json& data);

std::string to_html(const ComparisonAxes& axes, std::span<const ComparedInput> inputs);

}  // namespace limn
