#pragma once

#include <nlohmann/json_fwd.hpp>

#include "limn/explanation.h"

namespace limn {

/// Attention maps for a page: JSON as docs/viewer.md describes it, whose weights are one byte each, 255 √weight, in
/// base64, so that the millions of a long text still make a page that opens.
nlohmann::ordered_json attention_data(const AttentionMaps& maps);

}  // namespace limn
