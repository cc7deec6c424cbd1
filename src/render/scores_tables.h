#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "limn/scores.h"
#include "render/report_tables.h"

/// The scores of evaluations as tables, which the terminal and the page show alike.

namespace limn {

/// "87.50", or "-" without a value.
std::string percent(const std::optional<double>& value);
/// Counts by right and predicted label.
ReportTable table_of_confusion(const ClassificationScores& scores);
/// What happened to the entities of each type.
ReportTable table_of_errors(const EntityScores& scores);
/// Precision, recall and F1 of each label.
ReportTable table_of_labels(const LabelScores& labels);
/// Exact match and F1 by kind of question.
ReportTable table_of_questions(const SquadScores& scores);
/// The evaluated rows, wrong ones first, the surest of them at the top.
ReportTable table_of_rows(std::span<const EvaluatedRow> rows);

/// The rows of one of several models that were evaluated on the same data.
struct ModelRows {
  std::string model;               ///< its name
  std::vector<EvaluatedRow> rows;  ///< of all models, equally many
};

/// A row, and the model whose prediction of it is the most interesting one: the surest that is wrong, or else the
/// surest.
struct RowOfModel {
  std::size_t row = 0, model = 0;
};

/// All rows: first those that some models predict rightly and others wrongly, then those that all predict wrongly; the
/// surest wrong prediction at the top.
std::vector<RowOfModel> differing_first(std::span<const ModelRows> models);
/// The rows in this order, with the predictions of all models.
ReportTable table_of_rows(std::span<const ModelRows> models, std::span<const RowOfModel> order);
/// A page with a table of models and one of their rows. @param examples of each row at most one; `model` is not used
std::string models_page(const ReportTable& models, std::span<const ModelRows> rows, const EvaluationExamples& examples);

}  // namespace limn
