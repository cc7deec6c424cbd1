#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "limn/explanation.h"

/// Whether a prediction is right, by what the data says. The fields "label" and "answer" of a row hold the right ones.

namespace limn {

/// The class of an explanation and its probability.
struct Judgement {
  std::string label;          ///< as the model names it; questions: "answer" or "no answer"
  double probability = 0;     ///< of the explained class
  bool is_prediction = true;  ///< the explained class is the predicted one
};

/// Returns nothing for tasks without classes, such as masked language models.
std::optional<Judgement> decision_of(const Explanation& explanation);

using DataFields = std::map<std::string, std::string>;

/// The right label of a row as the model names it, or else as the data does; nothing if the row has none.
/// @param labels of the model
std::optional<std::string> right_label(const DataFields& fields, std::span<const std::string> labels);

/// Whether the decision is wrong; nothing if that is unknown, or if another class was explained than the predicted one.
/// @param label the right one
std::optional<bool> is_wrong(const Explanation& explanation, const Judgement& decision, const DataFields& fields,
                             const std::optional<std::string>& label);
/// Whether the prediction is wrong, whatever was explained; nothing if that is unknown.
std::optional<bool> is_wrong_prediction(const Explanation& explanation, const DataFields& fields);

}  // namespace limn
