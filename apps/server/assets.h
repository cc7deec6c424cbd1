#pragma once

#include <span>
#include <string_view>

namespace limn::server {

/// A file that is part of the program.
struct Asset {
  std::string_view path;  ///< "/page.js"
  std::string_view content_type;
  std::string_view bytes;
};

/// The page: "/", and whatever it loads.
std::span<const Asset> assets();

/// The Content-Security-Policy under which the page works, and nothing else does.
std::string_view content_policy();

/// The description of the interface, with names of methods and such still to be filled in.
std::string_view openapi_template();

}  // namespace limn::server
