#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// Sorts names by their similarity to `wanted`, the most similar first (Levenshtein distance that ignores case and the
/// organization).
std::vector<std::string> nearest_first(std::string_view wanted, std::vector<std::string> names);

}  // namespace limn
