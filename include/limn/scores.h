#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "limn/calibration.h"
#include "limn/explanation.h"

/// How good a model is on labelled data: what the evaluations of limn/evaluate.h return. Everything is in percent.

namespace limn {

/// What a model predicts for one row of labelled data.
struct RowPrediction {
  /// The best answer (also where "no answer" wins; none without a span), the label, or a tag for each word.
  std::vector<std::string> labels = {};
  double null_excess = 0;                       ///< SQuAD: score of "no answer" − score of the best answer
  std::optional<double> probability = {};       ///< of the best answer or the label
  std::optional<double> null_probability = {};  ///< SQuAD: of "no answer"
  std::optional<double> confidence = {};        ///< of the prediction, if a calibration has been fitted
};

/// One row of labelled data after its evaluation.
struct EvaluatedRow {
  std::string id = {};            ///< SQuAD: the question's id; otherwise the number of the row, counted from 0
  Input input = {};               ///< the text; for tagged words, the words with blanks between them
  RowPrediction prediction = {};  ///< of the model
  std::string expected = {};      ///< the right label, the first right answer, or the entities; empty: none
  std::string predicted = {};     ///< the same as predicted, after the null threshold
  bool is_right = false;          ///< equal by the rules of the evaluation
  std::optional<double> f1 = {};  ///< SQuAD: F1 of the answer's words, in percent
};

/// How well the model's own probability, and its fitted confidence, tell right predictions from wrong ones; nothing
/// without rows that have one.
struct RowConfidence {
  std::optional<ConfidenceQuality> probability = {};  ///< of the prediction, "no answer" included
  std::optional<ConfidenceQuality> confidence = {};   ///< only if a calibration has been fitted
};

/// Exact match and F1 of some of the questions; nothing if there are none.
struct SquadPart {
  std::size_t questions = 0;         ///< how many there are
  std::optional<double> exact = {};  ///< exact match
  std::optional<double> f1 = {};     ///< mean F1 of the answers' words
};

/// Question answering, counted as the official scripts count (evaluate-v1.1.py and evaluate-v2.0.py, which agree if
/// every question has an answer).
struct SquadScores {
  SquadPart all;                         ///< every question
  SquadPart has_answer;                  ///< questions that the context answers
  SquadPart no_answer;                   ///< questions that it does not answer
  std::optional<double> best_exact = 0;  ///< the highest exact match that any null threshold gives; nothing if
                                         ///< there are no scores of "no answer"
  double best_exact_threshold = 0;    ///< the smallest threshold that gives it (find_best_thresh of evaluate-v2.0.py)
  std::optional<double> best_f1 = 0;  ///< the highest F1 that any null threshold gives
  double best_f1_threshold = 0;       ///< the smallest threshold that gives it
  double seconds = 0;                 ///< predicting and scoring
  std::vector<EvaluatedRow> evaluated = {};  ///< each question
  RowConfidence confidence = {};             ///< how well probabilities tell right predictions from wrong ones
  std::vector<std::string> warnings = {};    ///< how many predictions are missing
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

/// Counts by the right label and the predicted one.
using Confusion = std::map<std::pair<std::string, std::string>, std::size_t>;

/// Classification of texts. A label that occurs neither in the data nor in the predictions is left out, of the mean
/// too, as in scikit-learn.
struct ClassificationScores {
  std::size_t rows = 0;                      ///< texts
  std::size_t cut_rows = 0;                  ///< texts that are too long for the model: only their beginning was read
  double accuracy = 0;                       ///< texts whose label is right
  double macro_f1 = 0;                       ///< mean F1 of the labels
  LabelScores labels;                        ///< each label
  double seconds = 0;                        ///< predicting and scoring
  std::vector<std::string> warnings = {};    ///< how the data was read if that was a guess
  Confusion confusion = {};                  ///< texts by right and predicted label; only counts above 0
  std::vector<EvaluatedRow> evaluated = {};  ///< each text
  RowConfidence confidence = {};             ///< how well probabilities tell right predictions from wrong ones
};

/// What happens to entities that are not found exactly. Each entity of the data is right, or one of the first three.
struct EntityErrors {
  std::size_t wrong_type = 0;      ///< its words are an entity of another type
  std::size_t wrong_boundary = 0;  ///< only a part of its words, or more than they, belongs to predicted entities
  std::size_t missed = 0;          ///< none of its words belongs to a predicted entity
  std::size_t spurious = 0;        ///< predicted entities without a word of any entity of the data
};

/// Entities with the right type and the right words, micro-averaged, counted as seqeval counts by default.
struct EntityScores {
  std::size_t sentences = 0;                                ///< in the data
  LabelScore all;                                           ///< every entity
  LabelScores labels;                                       ///< each type
  double seconds = 0;                                       ///< predicting and scoring
  std::vector<std::string> warnings = {};                   ///< types in the data that the model does not have
  EntityErrors errors = {};                                 ///< of every entity
  std::map<std::string, EntityErrors> errors_by_type = {};  ///< by type in the data; spurious ones by predicted type
  std::vector<EvaluatedRow> evaluated = {};                 ///< each sentence
};

}  // namespace limn
