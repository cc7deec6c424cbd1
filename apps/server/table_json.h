#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "apps/server/requests.h"
#include "options/option.h"

namespace limn::server {

/// Counts are at most this, where neither the table nor Limits says less.
inline constexpr std::uint64_t largest_count = 4294967295;
/// Texts in one request's list of them.
inline constexpr std::size_t most_texts = 64;

/// What the server allows of a count: the table's maximum or its own limit, whichever is less.
std::uint64_t maximum_of(const Option& option, const Limits& limits);

/// Whether a text may be sent as a number, too: a label by its number.
bool takes_number(const Option& option);

/// The methods of the options table, as /v1/models lists them (docs/server.md): name, group, summary, whether one pass
/// suffices, and each of the method's own options with its default in words.
nlohmann::ordered_json methods_json();

/// The options of that table: name of the field, type, help, values or range; for options of every method, the default
/// in words.
nlohmann::ordered_json options_json();

/// The JSON schema of the option as a field of a request.
nlohmann::ordered_json option_schema(const Option& option, const Limits& limits);

}  // namespace limn::server
