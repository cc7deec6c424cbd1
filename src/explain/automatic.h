#pragma once

#include "explain/explainer.h"

namespace limn {

/// explain() for a method that is chosen for each input by its number of units, see ChosenMethod::automatic.
std::vector<Result<std::vector<Explanation>>> explain_automatically(
    const Explainer& explainer, std::span<const Input> inputs, const ChosenMethod& chosen,
    const ExplainOptions& options, bool all_entities, const Watch& watch, std::span<Coalitions> coalitions);

}  // namespace limn
