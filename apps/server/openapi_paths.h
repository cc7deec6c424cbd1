#pragma once

#include <nlohmann/json.hpp>

namespace limn::server {

/// The routes of this server as in an OpenAPI document: "paths".
nlohmann::ordered_json openapi_paths();

/// The errors that the routes refer to: "components.responses".
nlohmann::ordered_json openapi_responses();

}  // namespace limn::server
