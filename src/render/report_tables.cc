#include "render/report_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/display_text.h"

namespace limn {
namespace {

using Cells = std::vector<ReportCell>;

ReportCell count(std::size_t number) { return {.text = std::to_string(number), .number = static_cast<double>(number)}; }

ReportCell number(double value, int decimals) {
  return {.text = fmt::format("{:.{}f}", value, decimals), .number = value};
}

ReportCell probability(double value) { return {.text = fmt::format("{:.1f} %", 100 * value), .number = value}; }

ReportCell p_value(double value) { return {.text = fmt::format("{:.2g}", value), .number = value}; }

ReportCell row_number(std::size_t row) {
  return {.text = std::to_string(row), .number = static_cast<double>(row), .rows = {row}};
}

ReportCell examples(const std::vector<std::size_t>& rows) {
  return {.text = fmt::format("{}", fmt::join(rows, ", ")), .rows = rows};
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

ReportTable shortcut_table(const Report& report) {
  ReportTable table{.title = "Suspected shortcuts",
                    .note =
                        "Words that drive more wrong predictions of a class than chance allows (Fisher's exact "
                        "test; q controls the false discovery rate).",
                    .columns = {"word", "drives", "rows", "wrong", "expected", "q", "wrong rows"},
                    .rows = {}};
  for (const SuspectedShortcut& one : report.shortcuts)
    table.rows.push_back({{.text = one.word},
                          {.text = one.label},
                          count(one.rows),
                          count(one.wrong),
                          number(one.expected, 1),
                          p_value(one.q),
                          examples(one.examples)});
  return table;
}

ReportTable slice_table(const Report& report) {
  ReportTable table{.title = "Parts that are worse than the rest",
                    .note = "Rows that are wrong more often than all others (same test).",
                    .columns = {"part", "rows", "wrong", "wrong here", "wrong elsewhere", "q"},
                    .rows = {}};
  for (const WorseSlice& one : report.slices)
    table.rows.push_back({{.text = one.name},
                          count(one.rows),
                          count(one.wrong),
                          probability(share(one.wrong, one.rows)),
                          probability(one.rest),
                          p_value(one.q)});
  return table;
}

ReportTable wrong_table(const Report& report) {
  ReportTable table{.title = "Wrong predictions",
                    .note = fmt::format("The surest {} of {}.", report.wrong_rows.size(), report.wrong),
                    .columns = {"row", "text", "label", "prediction", "probability"},
                    .rows = {}};
  for (const WrongRow& one : report.wrong_rows)
    table.rows.push_back({row_number(one.row),
                          {.text = one.text},
                          {.text = one.label},
                          {.text = one.predicted},
                          probability(one.probability)});
  return table;
}

ReportTable label_table(const Report& report) {
  ReportTable table{
      .title = "Labels that may be wrong",
      .note = fmt::format("{} rows of which the model is as sure of another class as it usually is of that "
                          "class's own rows (confident learning).",
                          report.all_suspected_labels),
      .columns = {"row", "label", "prediction", "probability", "usual"},
      .rows = {}};
  for (const SuspectedLabel& one : report.suspected_labels)
    table.rows.push_back({row_number(one.row),
                          {.text = one.label},
                          {.text = one.predicted},
                          probability(one.probability),
                          probability(one.threshold)});
  return table;
}

ReportTable confusion_table(const Report& report) {
  ReportTable table{.title = "Confusion",
                    .note = "Rows: the right label; columns: the prediction.",
                    .columns = {"label"},
                    .rows = {}};
  if (report.confusion.empty()) return table;
  for (const ReportClass& one : report.classes) table.columns.push_back(one.label);
  for (const ReportClass& right : report.classes) {
    if (right.labelled == 0) continue;
    Cells& row = table.rows.emplace_back(Cells{{.text = right.label}});
    for (const ReportClass& predicted : report.classes) {
      const auto found = report.confusion.find({right.label, predicted.label});
      row.push_back(count(found == report.confusion.end() ? 0 : found->second));
    }
  }
  return table;
}

ReportTable confidence_table(const Report& report) {
  ReportTable table{.title = "Confidence",
                    .note = "How often the model is right at each probability of its prediction.",
                    .columns = {"probability", "predictions", "mean", "right"},
                    .rows = {}};
  for (std::size_t i = 0; i < report.confidence.size(); ++i) {
    const ConfidenceBin& bin = report.confidence[i];
    if (bin.rows == 0) continue;
    table.rows.push_back({{.text = fmt::format("{} to {} %", 10 * i, 10 * (i + 1)), .number = static_cast<double>(i)},
                          count(bin.rows),
                          probability(bin.mean_probability),
                          bin.labelled == 0 ? ReportCell{.text = "-"} : probability(share(bin.right, bin.labelled))});
  }
  return table;
}

ReportTable word_table(const ReportClass& one, const std::vector<DrivingWord>& words, std::string_view direction) {
  ReportTable table{
      .title = fmt::format("Words {} {}", direction, one.label),
      .note = fmt::format("Of the {} predictions of {}; lift compares them with all.", one.predicted, one.label),
      .columns = {"word", "rows", "mean score", "lift", "examples"},
      .rows = {}};
  for (const DrivingWord& word : words)
    table.rows.push_back({{.text = word.word},
                          count(word.rows),
                          {.text = fmt::format("{:.2g}", word.mean_score), .number = word.mean_score},
                          number(word.lift, 2),
                          examples(word.examples)});
  return table;
}

ReportTable fragment_table(const Report& report) {
  ReportTable table{
      .title = "Words of many tokens",
      .note = fmt::format("Candidates for new entries of the vocabulary: {:.1f} % of {} tokens continue a word.",
                          100 * share(report.extra_tokens, report.tokens), report.tokens),
      .columns = {"word", "occurrences", "tokens each", "tokens to save"},
      .rows = {}};
  for (const FragmentedWord& word : report.fragmented)
    table.rows.push_back({{.text = word.word}, count(word.count), number(word.tokens, 1), count(word.extra_tokens)});
  return table;
}

ReportTable repeated_table(const Report& report) {
  ReportTable table{
      .title = "Repeated texts",
      .note = fmt::format("{} groups of rows with the same words, or nearly the same.", report.all_repeated),
      .columns = {"rows", "how many", "kind", "labels"},
      .rows = {}};
  for (const RepeatedText& one : report.repeated)
    table.rows.push_back({examples(one.rows),
                          count(one.count),
                          {.text = one.exact ? "the same" : "nearly the same"},
                          {.text = one.has_several_labels ? "differ" : "agree"}});
  return table;
}

}  // namespace

std::string headline(const Report& report) {
  std::string text = fmt::format("{} row{}", report.rows, report.rows == 1 ? "" : "s");
  if (report.explanations != report.rows) text += fmt::format(", {} explanations", report.explanations);
  if (report.labelled > 0)
    text += fmt::format(", {} of {} wrong ({:.1f} % right)", report.wrong, report.labelled,
                        100 * (1 - share(report.wrong, report.labelled)));
  else
    text += ", without labels";
  if (report.errors > 0) text += fmt::format(", {} could not be explained", report.errors);
  return text;
}

std::vector<ReportTable> report_tables(const Report& report) {
  std::vector<ReportTable> tables = {shortcut_table(report), slice_table(report),     wrong_table(report),
                                     label_table(report),    confusion_table(report), confidence_table(report)};
  for (const ReportClass& one : report.classes) {
    tables.push_back(word_table(one, one.words, "for"));
    tables.push_back(word_table(one, one.words_against, "against"));
  }
  tables.push_back(fragment_table(report));
  tables.push_back(repeated_table(report));
  std::erase_if(tables, [](const ReportTable& table) { return table.rows.empty(); });
  return tables;
}

}  // namespace limn
