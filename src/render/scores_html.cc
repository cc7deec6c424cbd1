#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "limn/write.h"
#include "render/confidence.h"
#include "render/display_text.h"
#include "render/html.h"
#include "render/json.h"
#include "render/json_parts.h"
#include "render/scores_tables.h"
#include "render/table_text.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

/// The page of an evaluation: its tables, and the explanations that the rows open.
std::string evaluation_page(const std::string& headline, const std::vector<ReportTable>& tables,
                            const std::vector<std::string>& warnings, const EvaluationExamples& examples) {
  const std::string title = "Evaluation: " + shorten(examples.model, 60);
  std::string method = examples.method.empty() ? "no explanations" : examples.method;
  for (const std::string& warning : warnings) method += " · " + visible(warning);
  std::string body =
      fmt::format("<h1>{}</h1>\n<p>{} · {}</p>\n", escape(title), escape(headline), escape(visible(method)));
  Json values = Json::array(), shown = Json::array();
  for (const ReportTable& table : tables) {
    if (table.rows.empty()) continue;
    body += plain_table(table);
    values.push_back(table_value(table));
  }
  for (const ReportExample& example : examples.explanations)
    shown.push_back({{"row", example.row}, {"explanation", json_value(example.explanation)}});
  return page(title, body,
              {{"limn", format_version},
               {"report",
                {{"title", title},
                 {"headline", headline},
                 {"method", method},
                 {"no_shortcut", false},
                 {"tables", std::move(values)},
                 {"examples", std::move(shown)}}}});
}

}  // namespace

std::string models_page(const ReportTable& models, std::span<const ModelRows> rows,
                        const EvaluationExamples& examples) {
  EvaluationExamples named = examples;
  named.model = fmt::format("{} models", rows.size());
  return evaluation_page(fmt::format("{} rows", rows.empty() ? 0 : rows.front().rows.size()),
                         {models, table_of_rows(rows, differing_first(rows))}, {}, named);
}

std::string to_html(const SquadScores& scores, const EvaluationExamples& examples) {
  std::string headline = fmt::format("{} questions, EM {}, F1 {}", scores.all.questions, percent(scores.all.exact),
                                     percent(scores.all.f1));
  if (scores.no_answer.questions > 0 && scores.best_exact)
    headline += fmt::format("; best EM {} at null threshold {:.4g}, best F1 {} at {:.4g}", percent(scores.best_exact),
                            scores.best_exact_threshold, percent(scores.best_f1), scores.best_f1_threshold);
  return evaluation_page(
      headline,
      {table_of_questions(scores), table_of_rows(scores.evaluated),
       table_of_qualities(named_qualities(scores.confidence)), table_of_bins(named_qualities(scores.confidence))},
      scores.warnings, examples);
}

std::string to_html(const ClassificationScores& scores, const EvaluationExamples& examples) {
  return evaluation_page(
      fmt::format("{} rows, accuracy {:.2f}, macro F1 {:.2f}", scores.rows, scores.accuracy, scores.macro_f1),
      {table_of_confusion(scores), table_of_labels(scores.labels), table_of_rows(scores.evaluated),
       table_of_qualities(named_qualities(scores.confidence)), table_of_bins(named_qualities(scores.confidence))},
      scores.warnings, examples);
}

std::string to_svg(const SquadScores& scores) {
  return confidence_chart("Confidence of answers", named_qualities(scores.confidence));
}

std::string to_svg(const ClassificationScores& scores) {
  return confidence_chart("Confidence of labels", named_qualities(scores.confidence));
}

std::string to_html(const EntityScores& scores, const EvaluationExamples& examples) {
  return evaluation_page(fmt::format("{} sentences, precision {:.2f}, recall {:.2f}, F1 {:.2f}", scores.sentences,
                                     scores.all.precision, scores.all.recall, scores.all.f1),
                         {table_of_labels(scores.labels), table_of_errors(scores), table_of_rows(scores.evaluated)},
                         scores.warnings, examples);
}

}  // namespace limn
