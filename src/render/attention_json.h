#pragma once

#include <nlohmann/json_fwd.hpp>

#include "limn/explanation.h"

namespace limn {

/// Attention maps as docs/viewer.md describes them: the weights are one byte each, 255 √weight, in base64.
nlohmann::ordered_json json_value(const AttentionMaps& maps);

}  // namespace limn
