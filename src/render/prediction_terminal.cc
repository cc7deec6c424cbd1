#include <fmt/format.h>

#include <string>
#include <string_view>
#include <variant>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t prediction_columns = 70;

std::string line(double probability, std::string_view text) {
  return fmt::format("{:>6}  {}\n", percent_text(probability), shorten(text, prediction_columns));
}

std::string text_of(const AnswerPrediction& prediction) {
  std::string text = prediction.best.text.empty() ? line(prediction.null_probability, "no answer")
                                                  : line(prediction.best.probability, prediction.best.text);
  const bool best_is_first = !prediction.best.text.empty();
  for (std::size_t i = best_is_first ? 1 : 0; i < prediction.answers.size(); ++i)
    text += line(prediction.answers[i].probability, prediction.answers[i].text);
  if (best_is_first) text += line(prediction.null_probability, "no answer");
  return text;
}

std::string text_of(const LabelPrediction& prediction) {
  std::string text;
  if (prediction.meaning == OutputMeaning::value) {
    for (const auto& [label, value] : prediction.values)
      text += fmt::format("{:>10.6g}  {}\n", value, shorten(label, 70));
    return text;
  }
  for (const auto& [label, probability] : prediction.probabilities) text += line(probability, label);
  if (prediction.meaning != OutputMeaning::multi_label)
    return shorten(prediction.label, prediction_columns) + "\n" + text;
  std::string labels;
  for (const auto& label : prediction.labels)
    labels += (labels.empty() ? "" : ", ") + shorten(label, prediction_columns);
  return fmt::format("{}\n{}", labels.empty() ? "no label" : labels, text);
}

std::string text_of(const EntityPrediction& prediction) {
  if (prediction.entities.empty()) return "no entities\n";
  std::string text;
  for (const auto& entity : prediction.entities)
    text += fmt::format("{:>6}  {:<6}  {}{}\n", percent_text(entity.probability),
                        shorten(entity.label, prediction_columns), shorten(entity.text, 60),
                        entity.confidence ? "  (confidence " + percent_text(*entity.confidence) + ")" : "");
  return text;
}

std::string text_of(const MaskPrediction& prediction) {
  std::string text;
  for (std::size_t i = 0; i < prediction.masks.size(); ++i) {
    if (prediction.masks.size() > 1) text += fmt::format("mask {}\n", i + 1);
    for (const auto& fill : prediction.masks[i].fills) text += line(fill.probability, fill.token);
  }
  return text;
}

std::string text_of(const Embedding& prediction) {
  if (prediction.cosine) return fmt::format("cosine {:.4f}\n", *prediction.cosine);
  return fmt::format("{} dimensions, {} tokens\n", prediction.values.size(), prediction.tokens);
}

std::string text_of(std::monostate) { return "nothing to predict\n"; }

}  // namespace

std::string to_terminal(const Prediction& prediction) {
  return std::visit([](const auto& alternative) { return text_of(alternative); }, prediction);
}

}  // namespace limn
