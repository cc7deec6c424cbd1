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

namespace {

/// 0 if the models differ in being right about a row, 1 if all are wrong, 2 if all are right.
std::size_t agreement(std::span<const ModelRows> models, std::size_t row) {
  const auto right = static_cast<std::size_t>(
      std::ranges::count_if(models, [&](const ModelRows& model) { return model.rows[row].is_right; }));
  return right == models.size() ? 2 : right == 0 ? 1 : 0;
}

}  // namespace

std::vector<RowOfModel> differing_first(std::span<const ModelRows> models) {
  std::vector<RowOfModel> order;
  if (models.empty()) return order;
  const auto key = [&](std::size_t row, std::size_t model) {  // smaller: more interesting
    const EvaluatedRow& one = models[model].rows[row];
    return std::pair(one.is_right, -one.prediction.probability.value_or(0));
  };
  for (std::size_t row = 0; row < models.front().rows.size(); ++row) {
    RowOfModel chosen{.row = row, .model = 0};
    for (std::size_t model = 1; model < models.size(); ++model)
      if (key(row, model) < key(row, chosen.model)) chosen.model = model;
    order.push_back(chosen);
  }
  std::ranges::stable_sort(order, [&](const RowOfModel& a, const RowOfModel& b) {
    return std::pair(agreement(models, a.row), key(a.row, a.model)) <
           std::pair(agreement(models, b.row), key(b.row, b.model));
  });
  return order;
}

ReportTable table_of_rows(std::span<const ModelRows> models, std::span<const RowOfModel> order) {
  std::size_t differing = 0, wrong = 0;
  for (const RowOfModel& one : order) {
    const std::size_t kind = agreement(models, one.row);
    differing += kind == 0, wrong += kind == 1;
  }
  ReportTable table{
      .title = "Rows",
      .note = fmt::format("Of {} rows, the models differ in being right about {}, which come first; all are "
                          "wrong about {}. ✗ marks a wrong prediction. The explanation is by the surest "
                          "model that is wrong, or else by the surest.",
                          order.size(), differing, wrong),
      .columns = {"row", "expected"},
      .rows = {}};
  if (order.size() > most_rows) table.note += fmt::format(" The first {} are listed.", most_rows);
  for (const ModelRows& model : models) table.columns.push_back(model.model);
  table.columns.push_back("text");
  for (const auto& [i, chosen] : order.first(std::min(order.size(), most_rows))) {
    const EvaluatedRow& first = models.front().rows[i];
    std::vector<ReportCell>& cells = table.rows.emplace_back();
    cells.push_back({.text = std::to_string(i), .number = static_cast<double>(i), .rows = {i}});
    cells.push_back({.text = first.expected.empty() ? "-" : shorten(first.expected, longest_text)});
    for (const ModelRows& model : models) {
      const EvaluatedRow& row = model.rows[i];
      std::string said = row.predicted.empty() ? "-" : shorten(row.predicted, longest_text);
      if (row.prediction.probability) said += fmt::format(" {:.1f} %", 100 * *row.prediction.probability);
      cells.push_back({.text = (row.is_right ? "" : "✗ ") + said});
    }
    cells.push_back({.text = shown_text(first.input)});
  }
  return table;
}

}  // namespace limn
