#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "limn/write.h"
#include "render/csv.h"
#include "render/display_text.h"
#include "render/html.h"
#include "render/json.h"
#include "render/json_parts.h"
#include "render/report_tables.h"
#include "render/table_text.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

Json word_list(const std::vector<DrivingWord>& words) {
  Json list = Json::array();
  for (const DrivingWord& word : words)
    list.push_back({{"word", word.word},
                    {"rows", word.rows},
                    {"mean_score", word.mean_score},
                    {"lift", word.lift},
                    {"examples", word.examples}});
  return list;
}

Json class_list(const Report& report) {
  Json list = Json::array();
  for (const ReportClass& one : report.classes)
    list.push_back({{"label", one.label},
                    {"predicted", one.predicted},
                    {"labelled", one.labelled},
                    {"words", word_list(one.words)},
                    {"words_against", word_list(one.words_against)}});
  return list;
}

Json confidence_list(const Report& report) {
  Json list = Json::array();
  for (std::size_t i = 0; i < report.confidence.size(); ++i) {
    const ConfidenceBin& bin = report.confidence[i];
    const auto bins = static_cast<double>(report.confidence.size());
    list.push_back({{"from", static_cast<double>(i) / bins},
                    {"to", static_cast<double>(i + 1) / bins},
                    {"predictions", bin.rows},
                    {"labelled", bin.labelled},
                    {"right", bin.right},
                    {"mean_probability", bin.rows == 0 ? Json(nullptr) : Json(bin.mean_probability)}});
  }
  return list;
}

void add_findings(Json& value, const Report& report) {
  for (const SuspectedShortcut& one : report.shortcuts)
    value["shortcuts"].push_back({{"word", one.word},
                                  {"label", one.label},
                                  {"rows", one.rows},
                                  {"wrong", one.wrong},
                                  {"expected", one.expected},
                                  {"p", one.p},
                                  {"q", one.q},
                                  {"examples", one.examples}});
  for (const WorseSlice& one : report.slices)
    value["slices"].push_back({{"name", one.name},
                               {"rows", one.rows},
                               {"wrong", one.wrong},
                               {"wrong_elsewhere", one.rest},
                               {"p", one.p},
                               {"q", one.q}});
  for (const WrongRow& one : report.wrong_rows)
    value["wrong_rows"].push_back({{"row", one.row},
                                   {"text", one.text},
                                   {"label", one.label},
                                   {"predicted", one.predicted},
                                   {"probability", one.probability}});
  for (const SuspectedLabel& one : report.suspected_labels)
    value["suspected_labels"].push_back({{"row", one.row},
                                         {"label", one.label},
                                         {"predicted", one.predicted},
                                         {"probability", one.probability},
                                         {"threshold", one.threshold}});
  for (const FragmentedWord& one : report.fragmented)
    value["fragmented"].push_back(
        {{"word", one.word}, {"count", one.count}, {"tokens", one.tokens}, {"extra_tokens", one.extra_tokens}});
  for (const RepeatedText& one : report.repeated)
    value["repeated"].push_back(
        {{"rows", one.rows}, {"count", one.count}, {"exact", one.exact}, {"several_labels", one.has_several_labels}});
}

}  // namespace

std::string to_json(const Report& report) {
  Json value{{"limn", format_version},
             {"model", report.model},
             {"method", report.method},
             {"rows", report.rows},
             {"explanations", report.explanations},
             {"errors", report.errors},
             {"labelled", report.labelled},
             {"wrong", report.wrong},
             {"tokens", report.tokens},
             {"extra_tokens", report.extra_tokens},
             {"words_dropped", report.words_dropped},
             {"classes", class_list(report)},
             {"confusion", Json::array()},
             {"confidence", confidence_list(report)}};
  for (const auto& [labels, rows] : report.confusion)
    value["confusion"].push_back({{"label", labels.first}, {"predicted", labels.second}, {"rows", rows}});
  for (const char* list : {"shortcuts", "slices", "wrong_rows", "suspected_labels", "fragmented", "repeated"})
    value[list] = Json::array();
  add_findings(value, report);
  value["all_suspected_labels"] = report.all_suspected_labels;
  value["all_repeated"] = report.all_repeated;
  return json_text(value);
}

std::string to_terminal(const Report& report) {
  std::string text = fmt::format("{} · {}\n{}\n", visible(report.model), report.method, headline(report));
  if (report.labelled > 0 && report.shortcuts.empty()) text += "No word is suspected to be a shortcut.\n";
  if (report.words_dropped > 0)
    text += fmt::format("{} rare words were forgotten to bound the memory.\n", report.words_dropped);
  for (const ReportTable& table : report_tables(report)) text += "\n" + terminal_table(table);
  return text;
}

std::string to_csv(const Report& report) {
  std::string text = "class,direction,word,rows,mean_score,lift\r\n";
  for (const ReportClass& one : report.classes)
    for (const auto& [words, direction] : {std::pair(&one.words, "for"), std::pair(&one.words_against, "against")})
      for (const DrivingWord& word : *words)
        text += fmt::format("{},{},{},{},{},{}\r\n", csv_field(one.label), direction, csv_field(word.word), word.rows,
                            word.mean_score, word.lift);
  return text;
}

std::string to_html(const Report& report, std::span<const ReportExample> examples) {
  const std::string title = "Report: " + shorten(report.model, 60);
  std::string body = fmt::format("<h1>{}</h1>\n<p>{} · {}</p>\n", escape(title), escape(headline(report)),
                                 escape(visible(report.method)));
  Json tables = Json::array(), shown = Json::array();
  for (const ReportTable& table : report_tables(report)) {
    body += plain_table(table);
    tables.push_back(table_value(table));
  }
  for (const ReportExample& example : examples)
    shown.push_back({{"row", example.row}, {"explanation", json_value(example.explanation)}});
  return page(title, body,
              {{"limn", format_version},
               {"report",
                {{"title", title},
                 {"headline", headline(report)},
                 {"method", report.method},
                 {"no_shortcut", report.labelled > 0 && report.shortcuts.empty()},
                 {"tables", std::move(tables)},
                 {"examples", std::move(shown)}}}});
}

}  // namespace limn
