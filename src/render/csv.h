#pragma once

#include <string>
#include <string_view>

#include "limn/write.h"

namespace limn {

/// Formats a text as one field, quoted if necessary.
std::string csv_field(std::string_view text);

}  // namespace limn
