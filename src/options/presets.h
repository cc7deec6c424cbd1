#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "limn/options.h"

namespace limn {

/// Lists the names of all presets, each once: "seed-qa, …".
std::string preset_names();

/// Whether a preset of that name has this method, independent of the seed, and this unit if it has one.
bool is_preset(std::string_view name, const Method& method, std::optional<Unit> unit);

}  // namespace limn
