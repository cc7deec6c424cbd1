#pragma once

#include <span>
#include <vector>

#include "task/pipeline.h"

namespace limn {

/// The likeliest tokens for each mask token of each text, options.top of them. Only the masks' rows go through the
/// head, whose outputs are as wide as the vocabulary.
/// A text without a mask token is an Error.
std::vector<Result<Prediction>> fill_masks(const Pipeline& pipeline, std::span<const Input> inputs,
                                           const PredictOptions& options, const Watch& watch);

}  // namespace limn
