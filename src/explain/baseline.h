#pragma once

#include "explain/subject.h"
#include "limn/options.h"
#include "math/mat.h"

namespace limn {

/// What stands at `layer` for the baseline (T, C), row by row in the place of the subject's tokens.
/// @throws Error if the tokenizer lacks the token, or a baseline text has none.
Mat baseline_at(const Subject& subject, Layer layer, const Baseline& baseline);

}  // namespace limn
