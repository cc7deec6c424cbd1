#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// The names, the most similar to `wanted` first (Levenshtein distance without case, organisations left out).
std::vector<std::string> nearest_first(std::string_view wanted, std::vector<std::string> names);

}  // namespace limn
