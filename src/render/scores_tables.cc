#include "render/scores_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "limn/write.h"
#include "render/display_text.h"

namespace limn {
namespace {

constexpr std::size_t most_rows = 1000, longest_text = 160;  // of the table of rows; columns

ReportCell percent_cell(double value) { return {.text = fmt::format("{:.2f}", value), .number = value}; }

ReportCell percent_cell(const std::optional<double>& value) {
  return value ? percent_cell(*value) : ReportCell{.text = "-"};
}

ReportCell count_cell(std::size_t number) {
  return {.text = std::to_string(number), .number = static_cast<double>(number)};
}

/// What is shown of an input: the question; or the text, and its pair.
std::string shown_text(const Input& input) {
  return shorten(input.pair && input.pair->size() < longest_text ? input.text + " · " + *input.pair : input.text,
                 longest_text);
}

}  // namespace

std::string percent(const std::optional<double>& value) { return value ? fmt::format("{:.2f}", *value) : "-"; }

ReportTable table_of_confusion(const ClassificationScores& scores) {
  ReportTable table{.title = "Confusion",
                    .note = "Rows: the right label; columns: the prediction.",
                    .columns = {"label"},
                    .rows = {}};
  for (const auto& [label, score] : scores.labels) table.columns.push_back(label);
  for (const auto& [expected, score] : scores.labels) {
    std::vector<ReportCell>& row = table.rows.emplace_back(std::vector<ReportCell>{{.text = expected}});
    for (const auto& [predicted, other_score] : scores.labels) {
      const auto found = scores.confusion.find({expected, predicted});
      row.push_back(count_cell(found == scores.confusion.end() ? 0 : found->second));
    }
  }
  return table;
}

ReportTable table_of_errors(const EntityScores& scores) {
  ReportTable table{
      .title = "Errors",
      .note = "Entities that were found with another type, with other words, or not at all, and spurious ones.",
      .columns = {"", "wrong type", "wrong boundary", "missed", "spurious"},
      .rows = {}};
  const auto add = [&](const std::string& type, const EntityErrors& errors) {
    table.rows.push_back({{.text = type},
                          count_cell(errors.wrong_type),
                          count_cell(errors.wrong_boundary),
                          count_cell(errors.missed),
                          count_cell(errors.spurious)});
  };
  for (const auto& [type, errors] : scores.errors_by_type) add(type, errors);
  if (scores.errors_by_type.size() > 1) add("all", scores.errors);
  return table;
}

ReportTable table_of_labels(const LabelScores& labels) {
  ReportTable table{.title = "Labels",
                    .note = "Support: how often a label occurs in the data.",
                    .columns = {"", "precision", "recall", "F1", "support"},
                    .rows = {}};
  for (const auto& [label, score] : labels)
    table.rows.push_back({{.text = label},
                          percent_cell(score.precision),
                          percent_cell(score.recall),
                          percent_cell(score.f1),
                          count_cell(score.support)});
  return table;
}

ReportTable table_of_questions(const SquadScores& scores) {
  ReportTable table{.title = "Questions",
                    .note = "Exact match (EM) and F1 in per cent.",
                    .columns = {"", "questions", "EM", "F1"},
                    .rows = {}};
  for (const auto& [name, part] : {std::pair("all", &scores.all), std::pair("has answer", &scores.has_answer),
                                   std::pair("no answer", &scores.no_answer)})
    table.rows.push_back(
        {{.text = name}, count_cell(part->questions), percent_cell(part->exact), percent_cell(part->f1)});
  return table;
}

ReportTable table_of_rows(std::span<const EvaluatedRow> rows) {
  const std::vector<std::size_t> order = wrong_first(rows);
  const std::size_t wrong = static_cast<std::size_t>(std::ranges::count_if(
      rows, [](const EvaluatedRow& row) { return !row.is_right; }));
  const bool has_f1 = std::ranges::any_of(rows, [](const EvaluatedRow& row) { return row.f1.has_value(); });
  ReportTable table{
      .title = "Rows",
      .note = fmt::format("{} of {} are wrong; they come first, the surest at the top.", wrong, rows.size()),
      .columns = {"row", "right", "expected", "predicted", "probability"},
      .rows = {}};
  if (rows.size() > most_rows) table.note += fmt::format(" The first {} are listed.", most_rows);
  if (has_f1) table.columns.push_back("F1");
  table.columns.push_back("text");
  for (const std::size_t i : order) {
    if (table.rows.size() == most_rows) break;
    const EvaluatedRow& row = rows[i];
    std::vector<ReportCell>& cells = table.rows.emplace_back();
    cells.push_back({.text = std::to_string(i), .number = static_cast<double>(i), .rows = {i}});
    cells.push_back({.text = row.is_right ? "yes" : "no", .number = row.is_right ? 1. : 0.});
    cells.push_back({.text = row.expected.empty() ? "-" : shorten(row.expected, longest_text)});
    cells.push_back({.text = row.predicted.empty() ? "-" : shorten(row.predicted, longest_text)});
    const auto& probability = row.prediction.probability;
    cells.push_back(probability ? ReportCell{.text = fmt::format("{:.1f} %", 100 * *probability), .number = probability}
                                : ReportCell{.text = "-"});
    if (has_f1) cells.push_back(percent_cell(row.f1));
    cells.push_back({.text = shown_text(row.input)});
  }
  return table;
}

std::vector<std::size_t> wrong_first(std::span<const EvaluatedRow> rows) {
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (rows[a].is_right != rows[b].is_right) return rows[b].is_right;
    return rows[a].prediction.probability.value_or(0) > rows[b].prediction.probability.value_or(0);
  });
  return order;
}

}  // namespace limn
