#pragma once

#include "explain/subject.h"
#include "limn/options.h"
#include "math/mat.h"

namespace limn {

/// Returns the baseline's hidden state at `layer` (T, C), one row per token of the subject.
/// @throws Error if the tokenizer lacks the baseline's token, or a baseline text has no tokens.
Mat baseline_at(const Subject& subject, Layer layer, const Baseline& baseline);

}  // namespace limn
