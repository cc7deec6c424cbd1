#pragma once

#include <functional>
#include <string_view>

#include "limn/write.h"

namespace limn {

/// Writes every weight as one line of JSON, "attention": [layer][head][from][to]. Calls `write` part by part, because
/// there may be millions of weights. Numbers read back as the same float.
void write_json(const AttentionMaps& maps, const std::function<void(std::string_view)>& write);

}  // namespace limn
