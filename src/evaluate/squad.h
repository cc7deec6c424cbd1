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

/// An answer to score.
struct GivenAnswer {
  std::optional<std::string> text;  ///< empty: no answer; nothing: no prediction, which is always wrong
  double null_excess = 0;           ///< score of "no answer" − score of the answer
};

/// The best answer of a model.
GivenAnswer given_answer(const AnswerPrediction& prediction);

/// Scores given answers, and lists every question in `evaluated`.
/// @param answers one per question. @param null_threshold "no answer" is predicted if null_excess is larger; empty:
/// never
SquadScores score_answers(std::span<const SquadQuestion> questions, std::span<const GivenAnswer> answers,
                          std::optional<double> null_threshold);

/// Reads {"id": "answer"} and, if there is such a file, {"id": number}. @param warnings says how many questions have
/// none. @throws Error that names the id.
std::vector<GivenAnswer> read_predictions(const std::filesystem::path& predictions,
                                          const std::optional<std::filesystem::path>& na_probabilities,
                                          std::span<const SquadQuestion> questions, std::vector<std::string>& warnings);

/// @param predictions one per question, with at least the best span in `answers` if there is any.
/// @param null_threshold "no answer" is predicted if null_score − best score is larger (PredictOptions); empty: never
SquadScores score_squad(std::span<const SquadQuestion> questions, std::span<const AnswerPrediction> predictions,
                        std::optional<double> null_threshold);

/// Returns the default threshold: 0 if some questions have no answer; otherwise nothing, to always answer.
std::optional<double> default_null_threshold(std::span<const SquadQuestion> questions);

}  // namespace limn
