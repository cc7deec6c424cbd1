#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "apps/server/requests.h"

namespace limn::server {

/// Returns the names of a table as a list; a name with consecutive entries for several tasks appears once.
template <class Table>
nlohmann::ordered_json names_of(const Table& table) {
  auto names = nlohmann::ordered_json::array();
  for (const auto& entry : table)
    if (names.empty() || names.back() != entry.name) names.push_back(entry.name);
  return names;
}

/// Returns the OpenAPI 3.1 document of this server as JSON.
std::string openapi(const Limits& limits, bool keys_needed);

}  // namespace limn::server
