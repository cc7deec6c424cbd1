#pragma once

#include "explain/explainer.h"
#include "limn/options.h"

namespace limn {

/// See Model::hotflip. @throws Error if the input is longer than one window, or the model cannot predict `toward`.
Attack hotflip(const Explainer& explainer, const Input& input, const AttackOptions& options, const Watch& watch);

/// See Model::reduce_input. @throws Error if the input is longer than one window, or for options of HotFlip only.
Attack reduce_input(const Explainer& explainer, const Input& input, const AttackOptions& options, const Watch& watch);

}  // namespace limn
