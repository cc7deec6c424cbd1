#pragma once

#include <string>
#include <string_view>

#include "limn/write.h"

namespace limn {

/// A text as one field, in quotes if it must be.
std::string csv_field(std::string_view text);

}  // namespace limn
