#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "limn/options.h"
#include "limn/similarity.h"
#include "limn/watch.h"
#include "task/pipeline.h"

namespace limn {

/// Sets the prompts of a question and a passage to "query" and "document" (or "passage", "corpus"), if the model has
/// them and the options choose none.
PredictOptions retrieval_options(const Pipeline& pipeline, const PredictOptions& options);

/// Orders passages by their relevance to a question (see Model::rank).
std::vector<Relevance> rank(const Pipeline& pipeline, std::string_view question,
                            const std::vector<std::string>& passages, const PredictOptions& options,
                            const Watch& watch);

}  // namespace limn
