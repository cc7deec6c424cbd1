#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "limn/explanation.h"

namespace limn {

struct SquadQuestion {
  std::string id;
  Input input;                       ///< question and context
  std::vector<std::string> answers;  ///< references; none: the context does not answer the question
};

/// Questions of a SQuAD 1.1 or 2.0 file, in its order.
/// @throws Error naming the element, what was found and what was expected.
std::vector<SquadQuestion> read_squad(const std::filesystem::path& file);

/// Percent; nothing where there is no question.
struct SquadPart {
  std::size_t questions = 0;
  std::optional<double> exact, f1;
};

/// Percent, as the official scripts count (evaluate-v1.1.py, evaluate-v2.0.py; they agree where every question has an
/// answer).
struct SquadScores {
  SquadPart all, has_answer, no_answer;
  /// The best that any null_threshold would give, and the smallest that gives it (find_best_thresh of
  /// evaluate-v2.0.py).
  double best_exact = 0, best_exact_threshold = 0;
  double best_f1 = 0, best_f1_threshold = 0;
};

/// @param predictions one for each question, with at least the best span in `answers` if there is any.
/// @param null_threshold "no answer" is predicted where null_score − best score is larger (PredictOptions); nothing:
/// never
SquadScores score_squad(std::span<const SquadQuestion> questions, std::span<const AnswerPrediction> predictions,
                        std::optional<double> null_threshold);

/// The threshold to use where the user named none: 0 if some questions have no answer, otherwise always answer.
std::optional<double> default_null_threshold(std::span<const SquadQuestion> questions);

}  // namespace limn
