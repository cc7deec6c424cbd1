#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "apps/server/requests.h"
#include "options/option.h"

namespace limn::server {

/// The maximum of counts for which neither the table nor Limits sets a lower one.
inline constexpr std::uint64_t largest_count = 4294967295;
/// The most texts in a list of texts.
inline constexpr std::size_t most_texts = 64;

/// Returns the largest count that the server accepts: the table's maximum or the server's limit, whichever is less.
std::uint64_t maximum_of(const Option& option, const Limits& limits);

/// Whether a text option also accepts a number: a label may be given by its index.
bool accepts_number(const Option& option);

/// Returns the methods of the options table as /v1/models lists them (docs/server.md): name, group, summary, whether
/// one pass suffices, and each of the method's own options with its default in words.
nlohmann::ordered_json methods_json();

/// Returns the options of that table: field name, type, help, values or range; for options of every method, the default
/// in words.
nlohmann::ordered_json options_json();

/// Returns the JSON schema of the option as a field of a request.
nlohmann::ordered_json option_schema(const Option& option, const Limits& limits);

}  // namespace limn::server
