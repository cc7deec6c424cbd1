#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "limn/calibration.h"
#include "limn/comparison.h"
#include "limn/drift.h"
#include "limn/limn.h"
#include "limn/plausibility.h"
#include "limn/sanity.h"
#include "limn/scores.h"

/// Measures models on labelled data and compares them by their explanations.
///
///     const limn::SquadScores scores = limn::evaluate_squad(model, "dev-v2.0.json");
///     std::cout << limn::to_terminal(scores);
///
///
///     const limn::Comparison compare({{"qa", first}, {"squad", second}}, {{"gradient", limn::Gradient{}}});
///     limn::write(compare.table({limn::Input{.text = "Who came?", .pair = "Anna came."}}), "compared.html");

namespace limn {

// ---- quality on labelled data ------------------------------------------------------------------------

/// What the evaluations read of their data, and how.
struct EvaluateOptions {
  /// How inputs are read. SQuAD: max_length 0 stands for 384 tokens, as in the official scripts, or the model's
  /// maximum.
  PredictOptions reading = {};
  /// SQuAD: "no answer" is predicted if its score exceeds the best answer's by more. Default: 0 if some questions have
  /// no answer, otherwise always answer. Never "no answer" if reading.null_allowed is false.
  std::optional<double> null_threshold = {};
  std::size_t limit = std::numeric_limits<std::size_t>::max();  ///< only the first so many rows
  /// Classification: the columns of `text`, `pair` and `label`, if they have other names.
  std::map<std::string, std::string> columns = {};
  /// Predictions of the first rows by an earlier run, which are used as they are.
  std::vector<RowPrediction> known = {};
  /// Called with each further prediction as soon as it is there, in order, to be saved.
  std::function<void(std::size_t row, const RowPrediction&)> take = {};
};

/// Exact match and F1 of a question-answering model on a SQuAD 1.1 or 2.0 file (.json).
/// @param watch its progress counts questions. @throws Error if the model has another task, the file is broken, or a
/// question cannot be read; the message names it.
SquadScores evaluate_squad(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options = {},
                           const Watch& watch = {});
/// Scores a file of predictions, {"id": "answer"}, on a SQuAD file as evaluate-v2.0.py does; no model is needed.
/// A question without a prediction is wrong, and counted in a warning.
/// @param na_probabilities a file {"id": number}: "no answer" is predicted if the number exceeds
/// options.null_threshold (1 by default, as in the script); without it, there are no best thresholds.
/// @throws Error if a file is broken.
SquadScores score_predictions(const std::filesystem::path& data, const std::filesystem::path& predictions,
                              const std::optional<std::filesystem::path>& na_probabilities = {},
                              const EvaluateOptions& options = {});
/// Accuracy and macro F1 of a model for sequence classification on a .tsv, .csv or .jsonl file with `text` (or
/// `sentence`), `label` (name or index), and `pair` if there is one. @throws Error as evaluate_squad().
ClassificationScores evaluate_classification(const Model& model, const std::filesystem::path& data,
                                             const EvaluateOptions& options = {}, const Watch& watch = {});
/// Precision, recall and F1 of the entities that a model for token classification finds in a CoNLL file (a word and its
/// tag per line, a blank line after each sentence). @throws Error as evaluate_squad().
EntityScores evaluate_tokens(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options = {},
                             const Watch& watch = {});

/// Fits the confidence of a model for question answering (on a SQuAD file: right is an exact match), sequence
/// classification (on a .tsv, .csv or .jsonl file) or token classification (on a CoNLL file: the confidence of
/// entities), and measures it. limn/calibration.h says what is fitted.
/// @throws Error as evaluate_squad(), or if there are too few rows, or only right or only wrong predictions.
CalibrationResult calibrate(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options = {},
                            const Watch& watch = {});

// ---- quality of explanations ----------------------------------------------------------------------------

/// Explains the texts of a file with human rationales by each method and compares them. A hard explanation has as many
/// of the units with the highest scores as rationales have on average over the data (ERASER's rule).
/// @param data ERASER's, doccano's or Label Studio's format, or .csv, .tsv or .jsonl with `text` and `rationale`
/// (ranges of characters: "27-37;50-60"). @param limit only the first so many texts
/// @throws Error if the file is broken, a span does not fit its text, or a text cannot be explained.
PlausibilityScores evaluate_plausibility(const Model& model, const std::filesystem::path& data,
                                         const std::vector<ListedMethod>& methods, const ExplainOptions& options = {},
                                         std::size_t limit = std::numeric_limits<std::size_t>::max(),
                                         const Watch& watch = {});

/// Checks whether explanations depend on the weights and the label (Adebayo et al. 2018): rank correlation with the
/// original explanations when the weights are randomised part by part from the top, when another label is explained,
/// and for perturbed texts with the same prediction. The same label, answer or tag is explained throughout.
/// @param folder of the checkpoint, which is loaded once for each part. @param seed of weights, labels and typos
/// @throws Error if an input cannot be explained.
SanityScores evaluate_sanity(const std::filesystem::path& folder, const std::vector<Input>& inputs,
                             const std::vector<ListedMethod>& methods, const ExplainOptions& options = {},
                             std::uint64_t seed = 0, const Watch& watch = {});

// ---- comparison --------------------------------------------------------------------------------------

/// A model and the name under which its results are reported.
struct NamedModel {
  std::string name;  ///< name of the column
  Model model;       ///< model that explains the inputs
};

/// Explains every input by each model (all of one task) with each method, and measures how similarly they rank the
/// words.
class Comparison {
 public:
  /// @param options used for every cell. @param seed reported in each result.
  /// @throws Error if there is no model, or if the models have different tasks.
  Comparison(std::vector<NamedModel> models, std::vector<ListedMethod> methods, ExplainOptions options = {},
             std::uint64_t seed = 0);

  /// The models, in the order of the cells.
  const std::vector<NamedModel>& models() const { return models_; }
  /// The methods, in the order of the cells.
  const std::vector<ListedMethod>& methods() const { return methods_; }
  /// The names and sizes of the compared models, and the names of the methods.
  const ComparisonAxes& axes() const { return axes_; }
  /// The task of all the models.
  Task task() const { return models_.front().model.info().task; }

  /// Returns the cells and correlations of each input; the caller fills in the other fields of ComparedInput.
  /// If an input cannot be explained, its error names the cell. Progress is reported in thousandths of the work.
  std::vector<Result<ComparedInput>> operator()(const std::vector<Input>& inputs, const Watch& watch = {}) const;
  /// The same as one table, which write() takes; an input that cannot be explained has its error there.
  ComparisonTable table(const std::vector<Input>& inputs, const Watch& watch = {}) const;

 private:
  std::vector<NamedModel> models_;
  std::vector<ListedMethod> methods_;
  ExplainOptions options_;
  std::uint64_t seed_;
  ComparisonAxes axes_;
};

}  // namespace limn
