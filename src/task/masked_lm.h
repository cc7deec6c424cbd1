#pragma once

#include <span>
#include <vector>

#include "task/pipeline.h"

namespace limn {

/// Returns the options.top most likely tokens for each mask token of each text. Only the masks' rows go through the
/// head, because its output has V columns. A text without a mask token gets an Error.
std::vector<Result<Prediction>> fill_masks(const Pipeline& pipeline, std::span<const Input> inputs,
                                           const PredictOptions& options, const Watch& watch);

}  // namespace limn
