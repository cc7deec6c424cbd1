#pragma once

#include "explain/explainer.h"
#include "limn/options.h"

namespace limn {

/// See Model::heatmap. The explanation's value is the mean of F_i, the logit of token i itself at position i; the units
/// are those of the options. @throws Error for a model of another task.
Explanation heatmap(const Explainer& explainer, const Input& input, const ExplainOptions& options, const Watch& watch);

}  // namespace limn
