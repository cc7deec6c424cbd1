#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/server/fields.h"
#include "apps/server/requests.h"
#include "options/choose_method.h"

/// Reads the fields of a request that are options: one per row of the options table, under its field name.

namespace limn::server {

/// Reads the field max_length only, for routes that have no other option of reading.
void read_length(Fields& fields, PredictOptions& options);
/// Reads the maximum length and stride, and the options that decide when "no answer" is the answer.
void read_reading(Fields& fields, const Limits& limits, PredictOptions& options);
/// Reads what is explained, except the unit: read_method does that, because a preset may set it.
ExplainOptions read_explaining(Fields& fields, const Limits& limits);

/// Reads the preset and the options of the method, but not the field `method`.
MethodRequest read_method(Fields& fields, const Limits& limits);
/// Bounds a method by the limits. @throws Error if its own defaults exceed them.
void bound(Method& method, const Limits& limits);

}  // namespace limn::server
