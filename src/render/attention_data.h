#pragma once

#include <nlohmann/json_fwd.hpp>

#include "limn/explanation.h"

namespace limn {

/// Returns attention maps for a page, as JSON (docs/viewer.md). Each weight is one byte, 255 √weight, in base64, so
/// that a page with the millions of weights of a long text still opens.
nlohmann::ordered_json attention_data(const AttentionMaps& maps);

}  // namespace limn
