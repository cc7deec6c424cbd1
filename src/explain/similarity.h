#pragma once

#include "explain/explainer.h"
#include "limn/similarity.h"

namespace limn {

/// Explains the cosine of the embeddings of an input's two texts (see Model::similar).
Similarity similar(const Explainer& explainer, const Input& input, const ChosenMethod& method,
                   const ExplainOptions& options, const Watch& watch);

}  // namespace limn
