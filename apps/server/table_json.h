#pragma once

#include <nlohmann/json.hpp>

namespace limn::server {

/// The methods of the options table, as /v1/models lists them (docs/server.md): name, group, summary, whether one pass
/// suffices, and each of the method's own options with its default in words.
nlohmann::ordered_json methods_json();

/// The options of that table: name of the field, type, help, values or range; for options of every method, the default
/// in words.
nlohmann::ordered_json options_json();

}  // namespace limn::server
