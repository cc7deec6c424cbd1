#pragma once

#include <functional>
#include <string_view>

#include "limn/write.h"

namespace limn {

/// Every weight as one line of JSON, "attention": [layer][head][from][to], given to `write` part by part, since there
/// may be millions. Numbers read back as the same float.
void write_json(const AttentionMaps& maps, const std::function<void(std::string_view)>& write);

}  // namespace limn
