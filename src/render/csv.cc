#include "render/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <variant>

#include "render/display_text.h"
#include "render/json.h"
#include "render/summary.h"

namespace limn {
namespace {

std::string number(double value) { return fmt::format("{}", value); }

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ";")); }

/// Label and probability, for each kind of prediction.
struct Outcome {
  const Explanation& why;

  Cells operator()(const AnswerPrediction& answer) const {
    const Answer& best = answer.best;
    return {best.text, number(best.text.empty() ? answer.null_probability : best.probability)};
  }
  Cells operator()(const LabelPrediction& label) const {
    if (label.meaning == OutputMeaning::value) {
      std::vector<std::string> values;
      values.reserve(label.values.size());
      for (const auto& [name, value] : label.values) values.push_back(number(value));
      return {joined(values), ""};
    }
    if (label.meaning != OutputMeaning::multi_label) return {label.label, number(label.probability)};
    return {joined(label.labels), label.labels.size() == 1 ? number(label.probability) : ""};
  }
  Cells operator()(const EntityPrediction& entities) const {
    if (const Entity* entity = explained_entity(entities, why)) return {entity->label, number(entity->probability)};
    for (const TokenLabel& token : entities.tokens)
      if (why.target.start_token && token.token == why.window_begin + *why.target.start_token)
        return {token.label, number(token.probability)};
    return {"", ""};
  }
  Cells operator()(const MaskPrediction& masks) const {
    std::vector<std::string> tokens;
    for (const MaskPrediction::Mask& mask : masks.masks)
      if (!mask.fills.empty()) tokens.push_back(mask.fills[0].token);
    const bool one = masks.masks.size() == 1 && !tokens.empty();
    return {joined(tokens), one ? number(masks.masks[0].fills[0].probability) : ""};
  }
  Cells operator()(const Embedding& embedding) const { return {embedding.cosine ? number(*embedding.cosine) : "", ""}; }
  Cells operator()(const std::monostate&) const { return {"", ""}; }
};

std::string target_text(const TargetInfo& target) {
  if (!target.text.empty()) return target.text;
  return target.label.value_or("") + (target.contrast ? " rather than " + *target.contrast : "");
}

void append(Cells& cells, Cells more) {
  cells.insert(cells.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::string csv_field(std::string_view text, char separator) {
  if (text.find_first_of("\"\r\n") == text.npos && text.find(separator) == text.npos) return std::string(text);
  std::string result = "\"";
  for (const char byte : text) {
    if (byte == '"') result += '"';
    result += byte;
  }
  return result + '"';
}

std::string table_line(const Cells& cells, char separator) {
  std::string line;
  for (const std::string& cell : cells) {
    if (&cell != cells.data()) line += separator;
    line += csv_field(cell, separator);
  }
  return line + "\r\n";
}

Cells outcome_cells(const Explanation& why) {
  Cells cells = std::visit(Outcome{why}, why.prediction);
  cells.push_back(target_text(why.target));
  return cells;
}

Cells word_columns(bool wide) { return wide ? Cells{"words"} : Cells{"sequence", "word", "begin", "end", "score"}; }

std::vector<Cells> word_cells(const Explanation& why, bool wide) {
  const std::string_view texts[] = {why.text, why.pair ? std::string_view(*why.pair) : ""};
  const CodePoints points[] = {CodePoints(texts[0]), CodePoints(texts[1])};
  std::vector<Cells> lines;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Word& word : why.words) {
    const int sequence = word.sequence == 1;
    const std::string_view text = texts[sequence];
    const std::size_t end = std::min(word.end, text.size()), begin = std::min(word.begin, end);
    const std::size_t first = points[sequence].before(begin), last = points[sequence].before(end);
    const std::string shown(text.substr(begin, end - begin));
    if (wide)
      list.push_back({{"word", shown}, {"sequence", sequence}, {"begin", first}, {"end", last}, {"score", word.score}});
    else
      lines.push_back(
          {std::to_string(sequence), shown, std::to_string(first), std::to_string(last), number(word.score)});
  }
  if (wide) return {{json_text(list)}};
  if (lines.empty()) lines.emplace_back(word_columns(false).size());
  return lines;
}

Cells explanation_columns(bool wide) {
  Cells columns = {"label", "probability", "target", "explanation"};
  append(columns, word_columns(wide));
  return columns;
}

std::vector<Cells> explanation_cells(const Explanation& why, std::size_t explanation, bool wide) {
  Cells outcome = outcome_cells(why);
  outcome.push_back(std::to_string(explanation));
  std::vector<Cells> lines = word_cells(why, wide);
  for (Cells& line : lines) {
    Cells words = std::exchange(line, outcome);
    append(line, std::move(words));
  }
  return lines;
}

std::string to_csv(const Explanation& explanation, const TableStyle& style) {
  return to_csv(std::span(&explanation, 1), 0, true, style);
}

std::string to_csv(std::span<const Explanation> explanations, std::size_t first, bool header, const TableStyle& style) {
  std::string result;
  const auto add = [&](std::string row, Cells cells, std::string error) {
    cells.insert(cells.begin(), std::move(row));
    cells.push_back(std::move(error));
    result += table_line(cells, style.separator);
  };
  if (header) add("row", explanation_columns(style.wide), "error");
  for (std::size_t i = 0; i < explanations.size(); ++i)
    for (Cells& cells : explanation_cells(explanations[i], 0, style.wide))
      add(std::to_string(first + i), std::move(cells), "");
  return result;
}

}  // namespace limn
