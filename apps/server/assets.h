#pragma once

#include <span>
#include <string_view>

namespace limn::server {

/// A file that is embedded in the program.
struct Asset {
  std::string_view path;  ///< "/page.js"
  std::string_view content_type;
  std::string_view bytes;
};

/// The web page at "/" and the files that it loads.
std::span<const Asset> assets();

/// The strictest Content-Security-Policy under which the page works.
std::string_view content_policy();

/// The style sheet of the page at /docs.
std::string_view documentation_style();

/// The OpenAPI description of the interface, without the routes and the names of methods, presets and options, which
/// openapi() fills in.
std::string_view openapi_template();
/// Returns its schemas of embeddings and collections: a JSON object.
std::string_view openapi_retrieval_schemas();

}  // namespace limn::server
