#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "limn/scores.h"

namespace limn {

struct SquadQuestion {
  std::string id;
  Input input;                       ///< question and context
  std::vector<std::string> answers;  ///< reference answers; empty: the context does not answer the question
};

/// Reads the questions of a SQuAD 1.1 or 2.0 file, in file order.
/// @throws Error that names the element, what was found and what was expected.
std::vector<SquadQuestion> read_squad(const std::filesystem::path& file);

/// @param predictions one per question, with at least the best span in `answers` if there is any.
/// @param null_threshold "no answer" is predicted if null_score − best score is larger (PredictOptions); empty: never
SquadScores score_squad(std::span<const SquadQuestion> questions, std::span<const AnswerPrediction> predictions,
                        std::optional<double> null_threshold);

/// Returns the default threshold: 0 if some questions have no answer; otherwise nothing, to always answer.
std::optional<double> default_null_threshold(std::span<const SquadQuestion> questions);

}  // namespace limn
