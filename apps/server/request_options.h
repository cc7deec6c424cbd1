#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "apps/server/fields.h"
#include "apps/server/requests.h"

/// The fields of a request that are options of the command: "max_length" is --max-length.

namespace limn::server {

/// Whatever counts has room for it and is no size of anything.
inline constexpr std::size_t any_number = 4294967295;

/// How much is read, and when no answer is an answer.
void read_reading(Fields& fields, const Limits& limits, PredictOptions& options);
/// What is explained; the unit is left to choose_unit, as a preset may have one.
ExplainOptions read_explaining(Fields& fields, const Limits& limits);

/// How it is explained.
struct RequestedMethod {
  cli::MethodOptions options;
  std::optional<std::vector<std::string>> background;  ///< texts, where the command takes a file
  std::optional<std::string> unit;
};
RequestedMethod read_method(Fields& fields, const Limits& limits);
/// Gives the method what was read as texts. @return whether it takes them.
bool set_background(const RequestedMethod& requested, Method& method);
/// Holds back what a method would do by itself beyond the limits. @throws Error if its own numbers exceed them.
void bound(Method& method, const Limits& limits);

}  // namespace limn::server
