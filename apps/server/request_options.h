#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/server/fields.h"
#include "apps/server/requests.h"
#include "options/choose_method.h"

/// The fields of a request that are options: each row of the table, by its field name.

namespace limn::server {

/// How much is read, and when no answer is an answer.
void read_reading(Fields& fields, const Limits& limits, PredictOptions& options);
/// What is explained; the unit is left to read_method, as a preset may have one.
ExplainOptions read_explaining(Fields& fields, const Limits& limits);

/// How it is explained, but for the field `method`.
MethodRequest read_method(Fields& fields, const Limits& limits);
/// Holds back what a method would do by itself beyond the limits. @throws Error if its own numbers exceed them.
void bound(Method& method, const Limits& limits);

}  // namespace limn::server
