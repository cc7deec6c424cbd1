#include <fmt/format.h>

#include <algorithm>

#include "limn/write.h"
#include "render/confidence.h"
#include "render/display_text.h"
#include "render/scores_tables.h"
#include "render/table_text.h"

namespace limn {
namespace {

constexpr std::size_t most_labels = 40;

std::string table_of(const LabelScores& labels) {
  std::string table = fmt::format("{:<16}  {:>9}  {:>6}  {:>6}  {:>7}\n", "", "precision", "recall", "F1", "support");
  for (const auto& [label, score] : labels) {
    const std::string shown = shorten(label, 16);
    table += fmt::format("{}{}  {:>9.2f}  {:>6.2f}  {:>6.2f}  {:>7}\n", shown,
                         std::string(16 - std::min<std::size_t>(16, columns(shown)), ' '), score.precision,
                         score.recall, score.f1, score.support);
  }
  return table;
}

std::string confidence_lines(const RowConfidence& confidence) {
  const NamedQualities qualities = named_qualities(confidence);
  return qualities.empty() ? "" : "\n" + quality_lines(qualities);
}

std::string lines_of(const std::vector<std::string>& warnings) {
  std::string lines;
  for (const std::string& warning : warnings) lines += "Warning: " + visible(warning) + "\n";
  return lines;
}

}  // namespace

std::string to_terminal(const SquadScores& scores) {
  std::string table = fmt::format("{:<12}  {:>9}  {:>6}  {:>6}\n", "", "questions", "EM", "F1");
  const auto add = [&](const char* name, const SquadPart& part) {
    table += fmt::format("{:<12}  {:>9}  {:>6}  {:>6}\n", name, part.questions, percent(part.exact), percent(part.f1));
  };
  add("all", scores.all);
  add("has answer", scores.has_answer);
  add("no answer", scores.no_answer);
  if (scores.no_answer.questions > 0 && scores.best_exact) {
    table += fmt::format("\nbest EM {:.2f} at null threshold {:.4g}, best F1 {:.2f} at {:.4g}\n", *scores.best_exact,
                         scores.best_exact_threshold, scores.best_f1.value_or(0), scores.best_f1_threshold);
  }
  return table + confidence_lines(scores.confidence) + lines_of(scores.warnings);
}

std::string to_terminal(const ClassificationScores& scores) {
  const std::string cut =
      scores.cut_rows == 0 ? "" : fmt::format(", of which {} are too long for the model and were cut", scores.cut_rows);
  return fmt::format("rows      {}{}\naccuracy  {:.2f}\nmacro F1  {:.2f}\n\n", scores.rows, cut, scores.accuracy,
                     scores.macro_f1) +
         table_of(scores.labels) + "\n" + terminal_table(table_of_confusion(scores), most_labels) +
         confidence_lines(scores.confidence) + lines_of(scores.warnings);
}

std::string to_terminal(const EntityScores& scores) {
  return fmt::format("sentences  {}\nprecision  {:.2f}\nrecall     {:.2f}\nF1         {:.2f}\n\n", scores.sentences,
                     scores.all.precision, scores.all.recall, scores.all.f1) +
         table_of(scores.labels) + "\n" + terminal_table(table_of_errors(scores), most_labels) +
         lines_of(scores.warnings);
}

}  // namespace limn
