#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "apps/server/requests.h"

namespace limn::server {

/// The names of a table, as a list; one that stands there for each of several tasks counts once.
template <class Table>
nlohmann::ordered_json names_of(const Table& table) {
  auto names = nlohmann::ordered_json::array();
  for (const auto& entry : table)
    if (names.empty() || names.back() != entry.name) names.push_back(entry.name);
  return names;
}

/// The OpenAPI 3.1 document of this server, as JSON.
std::string openapi(const Limits& limits, bool keys_needed);

}  // namespace limn::server
