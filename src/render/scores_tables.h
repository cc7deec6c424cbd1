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

}  // namespace limn
