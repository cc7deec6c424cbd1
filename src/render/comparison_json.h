#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "render/comparison.h"

namespace limn {

/// One input of a comparison as docs/interface.md describes it, on one line.
std::string to_json(const ComparisonAxes& axes, const ComparedInput& input);
/// The same as a value, with its row if it has one; of an input that failed, the error.
nlohmann::ordered_json json_value(const ComparisonAxes& axes, const ComparedInput& input);

}  // namespace limn
