#pragma once

#include "limn/options.h"
#include "task/pipeline.h"

namespace limn {

/// See Model::attention. Question answering: uses the window of the context that contains the answer.
AttentionMaps attention_maps(const Pipeline& pipeline, const Input& input, const PredictOptions& options,
                             const Watch& watch);

}  // namespace limn
