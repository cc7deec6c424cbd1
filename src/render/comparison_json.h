#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "render/comparison.h"

namespace limn {

/// Returns one input of a comparison as JSON (docs/interface.md), on one line.
std::string to_json(const ComparisonAxes& axes, const ComparedInput& input);
/// The same as a value, with its row number if it has one; for an input that failed, the error.
nlohmann::ordered_json json_value(const ComparisonAxes& axes, const ComparedInput& input);

}  // namespace limn
