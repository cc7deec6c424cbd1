#pragma once

#include <nlohmann/json_fwd.hpp>

#include "limn/write.h"

namespace limn {

/// Returns an attack as a JSON value: the predictions, and each step with the texts after it.
nlohmann::ordered_json json_value(const Attack& attack);

}  // namespace limn
