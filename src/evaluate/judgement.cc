#include "evaluate/judgement.h"

#include <variant>
#include <vector>

#include "evaluate/answer_text.h"
#include "evaluate/classification.h"

namespace limn {

std::optional<Judgement> decision_of(const Explanation& explanation) {
  if (const auto* label = std::get_if<LabelPrediction>(&explanation.prediction)) {
    if (label->meaning == OutputMeaning::value) return Judgement{.label = "value", .probability = 1};
    const std::string target = explanation.target.label.value_or(label->label);
    for (const auto& [name, probability] : label->probabilities)
      if (name == target)
        return Judgement{.label = target, .probability = probability, .is_prediction = target == label->label};
    return Judgement{.label = target, .probability = label->probability, .is_prediction = target == label->label};
  }
  if (const auto* answer = std::get_if<AnswerPrediction>(&explanation.prediction)) {
    const bool is_empty = answer->best.text.empty();
    return Judgement{.label = is_empty ? "no answer" : "answer",
                     .probability = is_empty ? answer->null_probability : answer->best.probability};
  }
  if (const auto* entities = std::get_if<EntityPrediction>(&explanation.prediction)) {
    for (const Entity& entity : entities->entities)
      if (explanation.target.start_token &&
          entity.first_token == explanation.window_begin + *explanation.target.start_token)
        return Judgement{.label = entity.label, .probability = entity.probability};
    return Judgement{.label = explanation.target.label.value_or("token"), .probability = 1};
  }
  return std::nullopt;
}

std::optional<std::string> right_label(const DataFields& fields, std::span<const std::string> labels) {
  const auto field = fields.find("label");
  if (field == fields.end() || field->second.empty() || labels.empty()) return std::nullopt;  // not labelled
  const auto known = find_label(field->second, labels);
  return known ? labels[*known] : field->second;  // a label that the model lacks is always wrong
}

std::optional<bool> is_wrong(const Explanation& explanation, const Judgement& decision, const DataFields& fields,
                             const std::optional<std::string>& label) {
  if (label && decision.is_prediction) return *label != decision.label;
  const auto* answer = std::get_if<AnswerPrediction>(&explanation.prediction);
  const auto field = fields.find("answer");
  if (!answer || field == fields.end()) return std::nullopt;
  return compare_answers(field->second, answer->best.text).exact < 1;
}

std::optional<bool> is_wrong_prediction(const Explanation& explanation, const DataFields& fields) {
  const auto* predicted = std::get_if<LabelPrediction>(&explanation.prediction);
  if (!predicted) {
    const std::optional<Judgement> decision = decision_of(explanation);
    return decision ? is_wrong(explanation, *decision, fields, std::nullopt) : std::nullopt;
  }
  if (predicted->meaning == OutputMeaning::value) return std::nullopt;
  std::vector<std::string> labels;
  for (const auto& [name, probability] : predicted->probabilities) labels.push_back(name);
  const std::optional<std::string> right = right_label(fields, labels);
  if (!right) return std::nullopt;
  return predicted->meaning == OutputMeaning::multi_label ? predicted->labels != std::vector{*right}
                                                          : predicted->label != *right;
}

}  // namespace limn
