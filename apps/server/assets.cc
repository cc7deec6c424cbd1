#include "apps/server/assets.h"

#include <array>

namespace limn::server {

// Generated from the files by cmake/embed.cmake.
extern const std::string_view openapi_json, openapi_retrieval_json, page_html, page_more, page_policy, docs_css;

std::span<const Asset> assets() {
  // Built from web/page by tools/web.sh.
  static const std::array files = {Asset{"/", "text/html; charset=utf-8", page_html},
                                   Asset{"/more.js", "text/javascript; charset=utf-8", page_more}};
  return files;
}

std::string_view content_policy() { return page_policy; }
std::string_view documentation_style() { return docs_css; }

std::string_view openapi_template() { return openapi_json; }
std::string_view openapi_retrieval_schemas() { return openapi_retrieval_json; }

}  // namespace limn::server
