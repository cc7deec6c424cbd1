#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluate/classification.h"
#include "evaluate/squad.h"
#include "evaluate/tokens.h"
#include "limn/explanation.h"

/// From data to figures: the model is a function, called with some inputs at a time.

namespace limn {

/// Predictions for some inputs, such as Model::predict; what it throws ends the evaluation.
using Predict = std::function<std::vector<Prediction>(const std::vector<Input>&)>;
/// Labels for some sentences in words, such as Model::predict_words; `token` is the word's index.
using PredictWords = std::function<std::vector<std::vector<TokenLabel>>(const std::vector<std::vector<std::string>>&)>;
/// Told how many of all inputs are done.
using Progress = std::function<void(std::size_t done, std::size_t all)>;

/// @param predict for a question answering model; its null threshold does not matter, `null_threshold` does.
SquadScores evaluate_squad(std::span<const SquadQuestion> questions, std::optional<double> null_threshold,
                           const Predict& predict, const Progress& progress = {});

/// @throws Error if the model has a single output or is multi-label: no label of them is the right one.
ClassificationScores evaluate_classification(std::span<const LabelledInput> rows, std::span<const std::string> labels,
                                             const Predict& predict, const Progress& progress = {});

EntityScores evaluate_tokens(std::span<const TaggedSentence> sentences, const PredictWords& predict,
                             const Progress& progress = {});

}  // namespace limn
