#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "limn/options.h"

namespace limn {

/// The names of all presets, each once: "seed-qa, …".
std::string preset_names();

/// Whether a preset of that name has this method, whatever its seed, and, if it has a unit, this unit.
bool is_preset(std::string_view name, const Method& method, std::optional<Unit> unit);

}  // namespace limn
