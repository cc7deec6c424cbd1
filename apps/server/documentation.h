#pragma once

#include <string>
#include <string_view>

namespace limn::server {

/// Returns the page at /docs: how to call the server, its paths with every field, methods, options and limits, from the
/// OpenAPI document and the table of options. It has no script and loads nothing.
/// @param openapi the document of this server, as JSON @param seconds the most that a request may take
std::string documentation_page(std::string_view openapi, long seconds);

}  // namespace limn::server
