#include "apps/cli/prediction_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "base/white_space.h"
#include "limn/error.h"
#include "render/display_text.h"
#include "render/json.h"
#include "text/words.h"

namespace limn::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value) { return fmt::format("{}", value); }

Cells columns_for(Task task) {
  switch (task) {
    case Task::question_answering:
      return {"answer", "begin", "end", "probability"};
    case Task::sequence_classification:
      return {"label", "probability"};
    case Task::token_classification:
      return {"entity", "label", "begin", "end", "probability"};
    case Task::masked_lm:
      return {"mask", "token", "probability"};
    case Task::sentence_embedding:
      break;
  }
  throw Error({.field = "format", .found = "csv for an embedding", .expected = "json"});
}

/// The cells of each line of a row.
std::vector<Cells> cells_of(const Input& input, const Prediction& prediction) {
  std::vector<Cells> rows;
  if (const auto* label = std::get_if<LabelPrediction>(&prediction)) {
    if (label->meaning == OutputMeaning::value)
      for (const auto& [name, value] : label->values) rows.push_back({name, number(value)});
    else if (label->meaning == OutputMeaning::multi_label)
      rows.push_back({fmt::format("{}", fmt::join(label->labels, ";")), ""});
    else
      rows.push_back({label->label, number(label->probability)});
  } else if (const auto* answer = std::get_if<AnswerPrediction>(&prediction)) {
    const CodePoints points(input.pair ? std::string_view(*input.pair) : std::string_view());
    const Answer& best = answer->best;
    if (best.text.empty())
      rows.push_back({"", "", "", number(answer->null_probability)});
    else
      rows.push_back({best.text, std::to_string(points.before(best.begin)), std::to_string(points.before(best.end)),
                      number(best.probability)});
  } else if (const auto* entities = std::get_if<EntityPrediction>(&prediction)) {
    const CodePoints points(input.text);
    for (const Entity& entity : entities->entities)
      rows.push_back({entity.text, entity.label, std::to_string(points.before(entity.begin)),
                      std::to_string(points.before(entity.end)), number(entity.probability)});
    if (rows.empty()) rows.push_back({"", "", "", "", ""});
  } else if (const auto* masks = std::get_if<MaskPrediction>(&prediction)) {
    for (std::size_t i = 0; i < masks->masks.size(); ++i)
      if (!masks->masks[i].fills.empty())
        rows.push_back({std::to_string(i), masks->masks[i].fills.front().token,
                        number(masks->masks[i].fills.front().probability)});
  }
  return rows;
}

std::string displacy(const Input& input, const EntityPrediction& prediction) {
  const CodePoints points(input.text);
  Json ents = Json::array();
  for (const Entity& entity : prediction.entities)
    ents.push_back(
        {{"start", points.before(entity.begin)}, {"end", points.before(entity.end)}, {"label", entity.label}});
  return json_text({{"text", input.text}, {"ents", std::move(ents)}, {"title", nullptr}}) + "\n";
}

std::string conll(const Input& input, const EntityPrediction& prediction) {
  std::string lines;
  for (const Span& part : word_parts(input.text)) {
    std::size_t at = part.begin;
    if (is_whitespace(next_code_point(input.text, at))) continue;
    std::string tag = "O";
    for (const Entity& entity : prediction.entities)
      if (part.begin < entity.end && part.end > entity.begin)
        tag = (part.begin <= entity.begin ? "B-" : "I-") + entity.label;
    lines += visible(input.text.substr(part.begin, part.end - part.begin)) + " " + tag + "\n";
  }
  return lines + "\n";
}

}  // namespace

std::optional<PredictionFormat> prediction_format(const std::optional<std::string>& name,
                                                  const std::optional<std::string>& file) {
  if (name == "csv" || (!name && file && file->ends_with(".csv"))) return PredictionFormat::csv;
  if (name == "tsv" || (!name && file && file->ends_with(".tsv"))) return PredictionFormat::tsv;
  if (name == "displacy") return PredictionFormat::displacy;
  if (name == "conll") return PredictionFormat::conll;
  return std::nullopt;
}

PredictionTable::PredictionTable(PredictionFormat format, Task task) : format_(format) {
  if (format == PredictionFormat::csv || format == PredictionFormat::tsv) {
    table_.emplace(format == PredictionFormat::tsv ? '\t' : ',', columns_for(task));
  } else if (task != Task::token_classification) {
    throw Error({.field = "format",
                 .found = format == PredictionFormat::conll ? "conll" : "displacy",
                 .expected = "a model that tags tokens, for this format"});
  }
}

std::string PredictionTable::row(std::size_t number, const std::string& copied, const Input& input,
                                 const Prediction& prediction) {
  if (table_) return table_->row(number, copied, cells_of(input, prediction));
  return format_ == PredictionFormat::displacy ? displacy(input, std::get<EntityPrediction>(prediction))
                                               : conll(input, std::get<EntityPrediction>(prediction));
}

std::string PredictionTable::failed(std::size_t number, const std::string& copied, std::string_view message) {
  return table_ ? table_->failed(number, copied, message) : "";
}

std::string PredictionTable::finish() { return table_ ? table_->finish() : ""; }

}  // namespace limn::cli
