#pragma once

#include "limn/explanation.h"
#include "limn/options.h"
#include "model/config.h"

namespace limn {

// The knobs of a method, whichever it is.
Scalar scalar_of(const Method& method);
Layer layer_of(const Method& method);
Reduce reduce_of(const Method& method);
Normalize normalize_of(const Method& method);

/// The method in the words of the result.
MethodInfo method_info(const Method& method, const ExplainOptions& options);

/// @throws Error for knobs that do not go together or that this model does not have.
void check_method(const Method& method, const EncoderConfig& config);

}  // namespace limn
