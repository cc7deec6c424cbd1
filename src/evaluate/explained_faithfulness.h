#pragma once

#include <span>
#include <vector>

#include "explain/explainer.h"
#include "limn/faithfulness.h"
#include "limn/result.h"
#include "limn/watch.h"

namespace limn {

/// Explains each input by every method and measures the explanations, see Model::faithfulness.
std::vector<Result<InputFaithfulness>> measure_faithfulness(const Explainer& explainer, std::span<const Input> inputs,
                                                            std::span<const ListedMethod> methods,
                                                            const FaithfulnessOptions& options, const Watch& watch);

/// Explains inputs like explain(), and sets Explanation::faithfulness.
std::vector<Result<std::vector<Explanation>>> explain_measured(const Explainer& explainer,
                                                               std::span<const Input> inputs,
                                                               const ChosenMethod& chosen,
                                                               const ExplainOptions& options, bool all_entities,
                                                               const Watch& watch);

}  // namespace limn
