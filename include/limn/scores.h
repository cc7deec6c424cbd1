#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// How good a model is on labelled data: what the evaluations of limn/evaluate.h return. Everything is in percent.

namespace limn {

/// Exact match and F1 of some of the questions; nothing if there are none.
struct SquadPart {
  std::size_t questions = 0;         ///< how many there are
  std::optional<double> exact = {};  ///< exact match
  std::optional<double> f1 = {};     ///< mean F1 of the answers' words
};

/// Question answering, counted as the official scripts count (evaluate-v1.1.py and evaluate-v2.0.py, which agree if
/// every question has an answer).
struct SquadScores {
  SquadPart all;                    ///< every question
  SquadPart has_answer;             ///< questions that the context answers
  SquadPart no_answer;              ///< questions that it does not answer
  double best_exact = 0;            ///< the highest exact match that any null threshold gives
  double best_exact_threshold = 0;  ///< the smallest threshold that gives it (find_best_thresh of evaluate-v2.0.py)
  double best_f1 = 0;               ///< the highest F1 that any null threshold gives
  double best_f1_threshold = 0;     ///< the smallest threshold that gives it
  double seconds = 0;               ///< predicting and scoring
};

/// One label, or one type of entity. 0 where a value is not defined, as in scikit-learn and seqeval.
struct LabelScore {
  double precision = 0;     ///< of the predictions of this label, those that are right
  double recall = 0;        ///< of its occurrences in the data, those that were found
  double f1 = 0;            ///< harmonic mean of the two
  std::size_t support = 0;  ///< its occurrences in the data
};
/// Scores by label.
using LabelScores = std::map<std::string, LabelScore>;

/// Classification of texts. A label that occurs neither in the data nor in the predictions is left out, of the mean
/// too, as in scikit-learn.
struct ClassificationScores {
  std::size_t rows = 0;                    ///< texts
  std::size_t cut_rows = 0;                ///< texts that are too long for the model: only their beginning was read
  double accuracy = 0;                     ///< texts whose label is right
  double macro_f1 = 0;                     ///< mean F1 of the labels
  LabelScores labels;                      ///< each label
  double seconds = 0;                      ///< predicting and scoring
  std::vector<std::string> warnings = {};  ///< how the data was read if that was a guess
};

/// Entities with the right type and the right words, micro-averaged, counted as seqeval counts by default.
struct EntityScores {
  std::size_t sentences = 0;               ///< in the data
  LabelScore all;                          ///< every entity
  LabelScores labels;                      ///< each type
  double seconds = 0;                      ///< predicting and scoring
  std::vector<std::string> warnings = {};  ///< types in the data that the model does not have
};

}  // namespace limn
