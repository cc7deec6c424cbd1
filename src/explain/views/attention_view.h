#pragma once

#include "limn/options.h"
#include "task/pipeline.h"

namespace limn {

/// See Model::attention. Question answering: of the window of the context that has the answer.
AttentionMaps attention_maps(const Pipeline& pipeline, const Input& input, const PredictOptions& options,
                             const Watch& watch);

}  // namespace limn
