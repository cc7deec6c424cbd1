#pragma once

#include "explain/explainer.h"
#include "limn/options.h"

namespace limn {

/// See Model::hotflip. @throws Error if the input cannot be read at once, or `toward` is nothing that the model can
/// say.
Attack hotflip(const Explainer& explainer, const Input& input, const AttackOptions& options, const Watch& watch);

/// See Model::reduce_input. @throws Error if the input cannot be read at once, or for options that it does not have.
Attack reduce_input(const Explainer& explainer, const Input& input, const AttackOptions& options, const Watch& watch);

}  // namespace limn
