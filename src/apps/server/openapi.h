#pragma once

#include <string>

#include "apps/server/requests.h"

namespace limn::server {

/// The OpenAPI 3.1 document of this server, as JSON.
std::string openapi(const Limits& limits, bool keys_needed);

}  // namespace limn::server
